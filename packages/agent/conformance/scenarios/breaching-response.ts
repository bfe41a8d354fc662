import { UsageLimitExceeded } from '../../src/errors/run-error.ts'
import type { WireRecord } from '../provider-case.ts'
import type { RunDone } from './perform-run.ts'

/** Limits that only a response can breach. */
const measuredByResponses: ReadonlySet<string> = new Set([
  'inputTokensLimit',
  'outputTokensLimit',
  'totalTokensLimit',
  'perRequestInputTokensLimit',
  'costLimit',
])

/** Our messages without the response that breached a limit. Ours records it before the error, because it was paid for and
 *  can be looked at; the recorded loop loses it. Only a whole last response is taken out: a stream keeps what arrived. */
export function withoutBreachingResponse({ messages, error }: RunDone): readonly WireRecord[] {
  const isBreach = UsageLimitExceeded.is(error) && measuredByResponses.has(error.limit)
  const last = messages.at(-1)
  return isBreach && last?.['kind'] === 'response' && last['state'] === 'complete' ? messages.slice(0, -1) : messages
}
