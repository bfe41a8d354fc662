const brand = Symbol.for('tenon.error')

/** What every error of Tenon carries besides its message. */
export interface ErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown
}

/** Literal codes, one per kind of failure: switch on `error.code`. */
export type ErrorCode =
  | 'user_error'
  | 'model_error'
  | 'model_http_error'
  | 'model_connection_error'
  | 'model_timeout'
  | 'stream_interrupted'
  | 'missing_package'
  | 'model_requests_blocked'
  | 'unexpected_model_behavior'
  | 'content_filter'
  | 'incomplete_tool_call'
  | 'usage_limit_exceeded'
  | 'run_cancelled'
  | 'suspended_response_expired'
  | 'fallback_failed'
  | 'response_rejected'
  | 'concurrency_limit_exceeded'
  | 'hook_timeout'

/** Base of every error thrown by this library.
 *  `AgentError.is(error)` also recognises errors of another copy of the package. */
export class AgentError extends Error {
  readonly code: ErrorCode
  readonly [brand] = true
  /** Set when the error ended a run: what the run had done so far. */
  run?: FailedRun

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.name = new.target.name
  }

  static is(error: unknown): error is AgentError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/** The shape of a run that failed: that of its result, without an output. */
export interface FailedRun {
  readonly messages: readonly unknown[]
  readonly usage: unknown
  readonly step: number
  readonly runId: string
  readonly conversationId: string
}
