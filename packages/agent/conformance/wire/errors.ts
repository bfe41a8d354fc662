import { AgentError, type ErrorCode } from '../../src/errors/agent-error.ts'
import type { ModelHttpError } from '../../src/errors/model-http-error.ts'
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
  if (recorded.status_code !== undefined) return compareHttpError(recorded, actual, path)
  const missing = factsOf(recorded.message).filter(fact => !actual.message.includes(fact))
  return missing.length === 0 ? [] : differ('.message', describeRecorded(recorded), actual.message)
}

/** Status, the provider's own sentence, and the name it may have meant. */
function compareHttpError(recorded: ErrorRecord, actual: Error, path: string): Difference[] {
  const { status, suggestedModelId } = actual as Partial<ModelHttpError>
  const sentence = sentenceOf(recorded.body)
  const suggested = recorded.suggested_model_id?.replace(/^[\w-]+:(?=.*\.)/, '')
  const checks: readonly (readonly [string, unknown, unknown, boolean])[] = [
    ['.status_code', recorded.status_code, status, status === recorded.status_code],
    ['.message', sentence, actual.message, sentence === undefined || actual.message.includes(sentence)],
    ['.suggested_model_id', suggested, suggestedModelId, suggested === undefined || suggested === suggestedModelId],
  ]
  return checks.flatMap(([place, expected, ours, isSame]) =>
    isSame ? [] : [{ path: path + place, expected, actual: ours }],
  )
}

function sentenceOf(body: unknown): string | undefined {
  const inner = isRecord(body) ? body.Error : undefined
  return isRecord(inner) && typeof inner.Message === 'string' ? inner.Message : undefined
}

function describeRecorded(recorded: ErrorRecord): string {
  return `${recorded.type}: ${recorded.message}`
}

export function describe(error: Error): string {
  return AgentError.is(error) ? `${error.name} (${error.code}): ${error.message}` : (error.stack ?? error.message)
}

// classes of the recorded code base
const className = /^[A-Z]\w+Tool$/

/** States that go by another word here. */
const ownWords: ReadonlyMap<string, string> = new Map([['withheld', 'hidden']])

/** Names in quotes and numbers of the first sentence: the facts of a message, whatever its words. What follows is advice. */
export function factsOf(message: string): string[] {
  const sentence = message.split(/\. |https?:/)[0] ?? ''
  const found = [...sentence.matchAll(/'([^']+)'|\b(\d+)\b/g)].map(match => match[1] ?? match[2] ?? '')
  return found.filter(fact => !className.test(fact)).map(fact => ownWords.get(fact) ?? fact)
}
