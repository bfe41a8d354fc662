import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import { AgentError, hasErrorCode, type ErrorCode, type ErrorOptions, type FailedRun } from './agent-error.ts'

const behaviorCodes = [
  'unexpected_model_behavior',
  'content_filter',
  'incomplete_tool_call',
] as const satisfies readonly ErrorCode[]

export interface UnexpectedModelBehaviorOptions extends ErrorOptions {
  /** What the provider sent, as text. */
  readonly body?: string
  /** Used by subclasses. Default `'unexpected_model_behavior'`. */
  readonly code?: (typeof behaviorCodes)[number]
}

/** The model kept answering wrongly until the budget was used up, or a provider sent what it never should. */
export class UnexpectedModelBehavior extends AgentError {
  declare readonly code: (typeof behaviorCodes)[number]
  readonly body: string | undefined

  constructor(message: string, options: UnexpectedModelBehaviorOptions = {}) {
    super(options.code ?? 'unexpected_model_behavior', message, options)
    this.body = options.body
  }

  static override is(error: unknown): error is UnexpectedModelBehavior {
    return hasErrorCode(error, behaviorCodes)
  }
}

/** The provider's content filter left nothing of the answer, or nothing that is the output asked for. */
export class ContentFilterError extends UnexpectedModelBehavior {
  declare readonly code: 'content_filter'

  constructor(message: string, options: Omit<UnexpectedModelBehaviorOptions, 'code'> = {}) {
    super(message, { ...options, code: 'content_filter' })
  }

  static override is(error: unknown): error is ContentFilterError {
    return hasErrorCode(error, ['content_filter'])
  }
}

/** The answer was cut at `maxTokens` within the arguments of a tool call. */
export class IncompleteToolCall extends UnexpectedModelBehavior {
  declare readonly code: 'incomplete_tool_call'

  constructor(message: string, options: Omit<UnexpectedModelBehaviorOptions, 'code'> = {}) {
    super(message, { ...options, code: 'incomplete_tool_call' })
  }

  static override is(error: unknown): error is IncompleteToolCall {
    return hasErrorCode(error, ['incomplete_tool_call'])
  }
}

export interface UsageLimitExceededOptions extends ErrorOptions {
  /** The setting, for example `'requestLimit'`. */
  readonly limit: string
  readonly max: number
  /** What was reached, or would have been. */
  readonly value: number
}

/** A run met one of its `usageLimits`. */
export class UsageLimitExceeded extends AgentError {
  declare readonly code: 'usage_limit_exceeded'
  readonly limit: string
  readonly max: number
  readonly value: number

  constructor(message: string, options: UsageLimitExceededOptions) {
    super('usage_limit_exceeded', message, options)
    this.limit = options.limit
    this.max = options.max
    this.value = options.value
  }

  static override is(error: unknown): error is UsageLimitExceeded {
    return hasErrorCode(error, ['usage_limit_exceeded'])
  }
}

export interface RunCancelledOptions extends ErrorOptions {
  /** What the run had done so far. */
  readonly run?: FailedRun
}

/** A run was cancelled: by its signal, by `ctx.cancel()`, or because its stream was left. */
export class RunCancelled extends AgentError {
  declare readonly code: 'run_cancelled'
  /** What the canceller gave as the reason: text, or the `reason` of the signal. */
  readonly reason: unknown

  constructor(reason?: unknown, options: RunCancelledOptions = {}) {
    const why = reasonText(reason)
    super('run_cancelled', why === undefined ? 'The run was cancelled.' : `The run was cancelled: ${why}`, {
      cause: options.cause ?? (reason instanceof Error ? reason : undefined),
    })
    this.reason = reason
    if (options.run !== undefined) this.run = options.run
  }

  /** The history up to the cancellation. */
  get messages(): readonly ModelMessage[] {
    return this.run?.messages ?? []
  }

  get usage(): FailedRun['usage'] | undefined {
    return this.run?.usage
  }

  get runId(): string | undefined {
    return this.run?.runId
  }

  get conversationId(): string | undefined {
    return this.run?.conversationId
  }

  static override is(error: unknown): error is RunCancelled {
    return hasErrorCode(error, ['run_cancelled'])
  }
}

/** The reason a signal has by default says nothing that "cancelled" does not. */
function reasonText(reason: unknown): string | undefined {
  if (typeof reason === 'string' && reason !== '') return reason
  if (reason instanceof Error && reason.name !== 'AbortError') return reason.message
  return undefined
}

/** A fallback's `response` check refused what a model answered; one of the `errors` of `FallbackFailed`. */
export class ResponseRejected extends AgentError {
  declare readonly code: 'response_rejected'
  readonly response: ModelResponse

  constructor(response: ModelResponse, options?: ErrorOptions) {
    const who = response.modelName === undefined ? 'the model' : `the model \`${response.modelName}\``
    super('response_rejected', `The response of ${who} was rejected by the fallback's response check.`, options)
    this.response = response
  }

  static override is(error: unknown): error is ResponseRejected {
    return hasErrorCode(error, ['response_rejected'])
  }
}

export interface ConcurrencyLimitExceededOptions extends ErrorOptions {
  readonly maxRunning: number
  readonly maxQueued: number
}

/** A concurrency limiter is full, and so is its queue. */
export class ConcurrencyLimitExceeded extends AgentError {
  declare readonly code: 'concurrency_limit_exceeded'
  readonly maxRunning: number
  readonly maxQueued: number

  constructor(options: ConcurrencyLimitExceededOptions) {
    const { maxRunning, maxQueued } = options
    const message = `The concurrency limit is reached: ${maxRunning} running, ${maxQueued} waiting. Raise \`maxRunning\` or \`maxQueued\`, or try later.`
    super('concurrency_limit_exceeded', message, options)
    this.maxRunning = maxRunning
    this.maxQueued = maxQueued
  }

  static override is(error: unknown): error is ConcurrencyLimitExceeded {
    return hasErrorCode(error, ['concurrency_limit_exceeded'])
  }
}
