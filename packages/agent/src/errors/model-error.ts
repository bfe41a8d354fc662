import type { ModelResponse } from '../messages/message.ts'
import { AgentError, hasErrorCode, type ErrorCode, type ErrorOptions } from './agent-error.ts'

const codes = [
  'model_error',
  'model_http_error',
  'model_connection_error',
  'model_timeout',
  'stream_interrupted',
  'suspended_response_expired',
  'fallback_failed',
] as const satisfies readonly ErrorCode[]

type ModelErrorCode = (typeof codes)[number]

export interface ModelErrorOptions extends ErrorOptions {
  readonly modelName?: string
  /** Used by subclasses. Default `'model_error'`. */
  readonly code?: ModelErrorCode
}

/** A provider could not be reached or did not answer as asked. Everything a `FallbackModel` falls back on by default. */
export class ModelError extends AgentError {
  declare readonly code: ModelErrorCode
  readonly modelName: string | undefined

  constructor(message: string, options: ModelErrorOptions = {}) {
    super(options.code ?? 'model_error', message, options)
    this.modelName = options.modelName
  }

  static override is(error: unknown): error is ModelError {
    return hasErrorCode(error, codes)
  }
}

/** The connection failed before or while the provider answered: DNS, TLS, reset, refused. */
export class ModelConnectionError extends ModelError {
  declare readonly code: 'model_connection_error'

  constructor(message: string, options: Omit<ModelErrorOptions, 'code'> = {}) {
    super(message, { ...options, code: 'model_connection_error' })
  }

  static override is(error: unknown): error is ModelConnectionError {
    return hasErrorCode(error, ['model_connection_error'])
  }
}

/** `total`: the whole request · `first-byte`: until the answer begins · `idle`: between two pieces of a stream. */
export type TimeoutPhase = 'total' | 'first-byte' | 'idle'

const timeoutPhrases: Readonly<Record<TimeoutPhase, string>> = {
  total: 'did not finish its answer',
  'first-byte': 'did not begin its answer',
  idle: 'sent nothing more',
}

export interface ModelTimeoutErrorOptions extends Omit<ModelErrorOptions, 'code'> {
  readonly which: TimeoutPhase
  readonly timeoutMs: number
}

/** A provider took too long. */
export class ModelTimeoutError extends ModelError {
  declare readonly code: 'model_timeout'
  readonly which: TimeoutPhase
  readonly timeoutMs: number

  constructor(options: ModelTimeoutErrorOptions) {
    const { which, timeoutMs, modelName } = options
    const who = modelName === undefined ? 'The model' : `The model \`${modelName}\``
    super(`${who} ${timeoutPhrases[which]} within ${timeoutMs} ms (timeout: ${which}).`, {
      ...options,
      code: 'model_timeout',
    })
    this.which = which
    this.timeoutMs = timeoutMs
  }

  static override is(error: unknown): error is ModelTimeoutError {
    return hasErrorCode(error, ['model_timeout'])
  }
}

export interface StreamInterruptedOptions extends Omit<ModelErrorOptions, 'code'> {
  readonly response: ModelResponse
}

/** A streamed answer ended before it was complete. */
export class StreamInterrupted extends ModelError {
  declare readonly code: 'stream_interrupted'
  /** What had arrived, with state `interrupted`. */
  readonly response: ModelResponse

  constructor(message: string, options: StreamInterruptedOptions) {
    super(message, { ...options, code: 'stream_interrupted' })
    this.response = options.response
  }

  static override is(error: unknown): error is StreamInterrupted {
    return hasErrorCode(error, ['stream_interrupted'])
  }
}

/** A suspended response can no longer be fetched from its provider: send the request again. */
export class SuspendedResponseExpired extends ModelError {
  declare readonly code: 'suspended_response_expired'
  readonly providerResponseId: string | undefined

  constructor(
    message: string,
    options: Omit<ModelErrorOptions, 'code'> & { readonly providerResponseId?: string } = {},
  ) {
    super(message, { ...options, code: 'suspended_response_expired' })
    this.providerResponseId = options.providerResponseId
  }

  static override is(error: unknown): error is SuspendedResponseExpired {
    return hasErrorCode(error, ['suspended_response_expired'])
  }
}

/** Every model of a fallback failed. */
export class FallbackFailed extends ModelError {
  declare readonly code: 'fallback_failed'
  /** One per model, in the order they were asked. */
  readonly errors: readonly unknown[]

  constructor(errors: readonly unknown[], options: Omit<ModelErrorOptions, 'code'> = {}) {
    const reasons = errors.map((error, index) => `\n${index + 1}. ${describe(error)}`).join('')
    super(`All ${errors.length} models of the fallback failed:${reasons}`, {
      cause: errors.at(-1),
      ...options,
      code: 'fallback_failed',
    })
    this.errors = errors
  }

  static override is(error: unknown): error is FallbackFailed {
    return hasErrorCode(error, ['fallback_failed'])
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
