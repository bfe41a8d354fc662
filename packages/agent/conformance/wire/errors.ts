import { AgentError, type ErrorCode } from '../../src/errors/agent-error.ts'
import { isRecord, type Difference } from '../compare/compare.ts'
import type { ErrorRecord } from '../provider-case.ts'

/** Recorded error classes and the codes of ours that mean the same. An error that is not of our family
 *  (thrown by a script or a validator) must come through as it was. */
const codesOf: Readonly<Record<string, readonly ErrorCode[]>> = {
  UserError: ['user_error'],
  NotImplementedError: ['user_error'],
  ModelHTTPError: ['model_http_error'],
  ModelAPIError: ['model_error', 'model_connection_error', 'model_timeout'],
  UnexpectedModelBehavior: ['unexpected_model_behavior'],
  ContentFilterError: ['content_filter'],
  IncompleteToolCall: ['incomplete_tool_call'],
  UsageLimitExceeded: ['usage_limit_exceeded'],
  RunCancelled: ['run_cancelled'],
  FallbackExceptionGroup: ['fallback_failed'],
  SuspendedResponseExpired: ['suspended_response_expired'],
}

/** General classes that a library may throw at misuse of its own. */
const misuseTypes: ReadonlySet<string> = new Set(['ValueError', 'AssertionError', 'TypeError'])

/** Compares a failure: its kind, the facts it carries, and for foreign errors the exact message.
 *  The wording of our own errors is ours; names and numbers that were reported have to be in it. */
export function compareError(recorded: ErrorRecord, actual: unknown, path = '$.error'): Difference[] {
  const differ = (place: string, expected: unknown, ours: unknown): Difference[] => [
    { path: path + place, expected, actual: ours },
  ]
  if (!(actual instanceof Error)) return differ('', describeRecorded(recorded), actual)
  const codes = codesOf[recorded.type]
  if (codes === undefined) {
    const isSwitchedOff = recorded.message.startsWith('Model requests are not allowed')
    if (isSwitchedOff && AgentError.is(actual) && actual.code === 'model_requests_blocked') return []
    const isMisuse = misuseTypes.has(recorded.type) && AgentError.is(actual) && actual.code === 'user_error'
    return isMisuse || actual.message === recorded.message ? [] : differ('.message', recorded.message, describe(actual))
  }
  if (!AgentError.is(actual) || !codes.includes(actual.code))
    return differ('.type', describeRecorded(recorded), describe(actual))
  const status: unknown = 'status' in actual ? actual.status : undefined
  if (recorded.status_code !== undefined && status !== recorded.status_code)
    return differ('.status_code', recorded.status_code, status)
  return []
}

function describeRecorded(recorded: ErrorRecord): string {
  return `${recorded.type}: ${recorded.message}`
}

export function describe(error: Error): string {
  return AgentError.is(error) ? `${error.name} (${error.code}): ${error.message}` : (error.stack ?? error.message)
}

/** Names in quotes or backticks and numbers: the facts of a message, whatever its words. */
export function factsOf(message: string): string[] {
  const sentence = message.split(/https?:/)[0] ?? ''
  return [...sentence.matchAll(/'([^']+)'|\b(\d+)\b/g)].map(match => match[1] ?? match[2] ?? '')
}

export function isErrorRecord(value: unknown): value is ErrorRecord {
  return isRecord(value) && typeof value.type === 'string' && typeof value.message === 'string'
}
