import type { ModelMessage } from '../messages/message.ts'
import type { RequestUsage } from '../usage/usage.ts'
import { redactSecrets } from './redact.ts'

const brand = Symbol.for('tenon.error')

/** What every error of Tenon carries besides its message. */
export interface ErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown
}

/** The class of each code. Classes are named from here, so that minified code reports them by their real names. */
const classNames = {
  user_error: 'UserError',
  model_error: 'ModelError',
  model_http_error: 'ModelHttpError',
  model_connection_error: 'ModelConnectionError',
  model_timeout: 'ModelTimeoutError',
  stream_interrupted: 'StreamInterrupted',
  missing_package: 'MissingPackageError',
  model_requests_blocked: 'ModelRequestsBlocked',
  unexpected_model_behavior: 'UnexpectedModelBehavior',
  content_filter: 'ContentFilterError',
  incomplete_tool_call: 'IncompleteToolCall',
  usage_limit_exceeded: 'UsageLimitExceeded',
  run_cancelled: 'RunCancelled',
  suspended_response_expired: 'SuspendedResponseExpired',
  fallback_failed: 'FallbackFailed',
  response_rejected: 'ResponseRejected',
  concurrency_limit_exceeded: 'ConcurrencyLimitExceeded',
  hook_timeout: 'HookTimeoutError',
} as const

/** Literal codes, one per kind of failure: switch on `error.code`. */
export type ErrorCode = keyof typeof classNames

/** Base of every error thrown by this library.
 *  `AgentError.is(error)`, like `is` of every class below it, also recognises errors of another copy of the package.
 *  Credentials that a cause quoted in its message are blanked.
 *
 *  @example
 *  try {
 *    await agent.run('Hello')
 *  } catch (error) {
 *    if (ModelHttpError.is(error) && error.status === 401) askForKey()
 *    else if (AgentError.is(error)) report(error.code, error.run?.messages)
 *    else throw error
 *  } */
export class AgentError extends Error {
  readonly code: ErrorCode
  readonly [brand] = true
  /** Set when the error ended a run: what the run had done so far. */
  declare run?: FailedRun

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(redactSecrets(message), options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.name = classNames[code]
  }

  static is(error: unknown): error is AgentError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/** Whether `error` is an `AgentError` of one of these codes, made by whatever copy of the package. */
export function hasErrorCode(error: unknown, codes: readonly ErrorCode[]): boolean {
  return AgentError.is(error) && codes.includes(error.code)
}

/** The shape of a run that failed: that of its result, without an output. */
export interface FailedRun {
  readonly messages: readonly ModelMessage[]
  readonly usage: RequestUsage & { readonly requests: number; readonly toolCalls: number }
  readonly step: number
  readonly runId: string
  readonly conversationId: string
}
