import type { ModelMessage } from '../messages/message.ts'
import type { RequestUsage } from '../usage/usage.ts'
import { redactSecrets } from './redact.ts'

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

/** Codes whose class says `Error` where they do not. */
const suffixed: readonly ErrorCode[] = ['model_timeout', 'missing_package', 'content_filter']

/** The class of a code: minified code then reports classes by their real names. */
function className(code: ErrorCode): string {
  const name = code.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
  return suffixed.includes(code) ? `${name}Error` : name
}

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
    this.name = className(code)
  }

  /** What an error has of its own is data; `JSON.stringify` would leave out the message. */
  toJSON(): object {
    return Object.assign({ message: this.message }, this)
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
