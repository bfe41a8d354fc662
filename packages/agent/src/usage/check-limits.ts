import { UsageLimitExceeded } from '../errors/run-error.ts'
import type { UsageLimits } from './limits.ts'
import type { RunUsageRecord } from './run-usage.ts'
import { totalTokens, type RequestUsage } from './usage.ts'

/** Model requests a run may make when `requestLimit` is not set. */
const defaultRequestLimit = 50

interface Quantity {
  readonly limit: keyof UsageLimits
  /** As it reads in a message, after the number. */
  readonly unit: string
  readonly value: (usage: RequestUsage) => number
}

const tokenQuantities: readonly Quantity[] = [
  { limit: 'inputTokensLimit', unit: 'input tokens', value: usage => usage.inputTokens },
  { limit: 'outputTokensLimit', unit: 'output tokens', value: usage => usage.outputTokens },
  { limit: 'totalTokensLimit', unit: 'tokens', value: totalTokens },
  { limit: 'costLimit', unit: 'US dollars', value: usage => Number(usage.cost ?? 0) },
]

/** Before a model request: whether one more is allowed, and whether the tokens or the cost are past their limit already.
 *  @throws {UsageLimitExceeded} */
export function checkBeforeRequest(usage: RunUsageRecord, limits: UsageLimits): void {
  const max = limits.requestLimit === undefined ? defaultRequestLimit : limits.requestLimit
  // a limit that is no number allows nothing
  if (max !== null && !(usage.requests < max)) {
    const value = usage.requests + 1
    throw exceeded('requestLimit', max, { value, text: `The next model request would be number ${value} of the run` })
  }
  checkTokens(usage, limits)
}

/** After a response, and on every event of a streamed one: the run's tokens and cost.
 *  @param usage of the run, including the response
 *  @throws {UsageLimitExceeded} */
export function checkTokens(usage: RequestUsage, limits: UsageLimits): void {
  for (const { limit, unit, value } of tokenQuantities) {
    const max = limits[limit]
    if (typeof max !== 'number') continue
    const used = value(usage)
    if (!(used <= max)) throw exceeded(limit, max, { value: used, text: `The run used ${used} ${unit}` })
  }
}

/** The tokens of one request, counted before it is sent or reported after it.
 *  @throws {UsageLimitExceeded} */
export function checkRequestTokens(usage: RequestUsage, limits: UsageLimits): void {
  const limit = 'perRequestInputTokensLimit'
  const max = limits[limit]
  const value = usage.inputTokens
  if (max === undefined || value <= max) return
  throw exceeded(limit, max, { value, text: `A model request has ${value} input tokens` })
}

/** Before a batch of tool calls, all or nothing.
 *  @param count calls in the batch
 *  @throws {UsageLimitExceeded} */
export function checkBeforeToolCalls(usage: RunUsageRecord, limits: UsageLimits, count: number): void {
  const limit = 'toolCallsLimit'
  const max = limits[limit]
  const value = usage.toolCalls + count
  if (max === undefined || value <= max) return
  const text = count === 1 ? 'The next tool call' : `The next ${count} tool calls`
  throw exceeded(limit, max, { value, text: `${text} would make ${value} in this run` })
}

/** Whether checking tokens can ever matter: spares the work on every streamed event when not. */
export function hasTokenLimits(limits: UsageLimits): boolean {
  return tokenQuantities.some(({ limit }) => typeof limits[limit] === 'number')
}

function exceeded(
  limit: keyof UsageLimits,
  max: number,
  { value, text }: { value: number; text: string },
): UsageLimitExceeded {
  return new UsageLimitExceeded(
    `${text}, over \`${limit}\` (${max}). Raise \`usageLimits.${limit}\` if that is intended.`,
    { limit, max, value },
  )
}
