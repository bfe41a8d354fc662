import { addDecimals, multiplyDecimal } from './decimal.ts'
import type { RequestUsage } from './usage.ts'

/** US dollars per million tokens, as decimal strings so that no cent is rounded away. */
export interface Price {
  readonly inputPerMillion: string
  readonly outputPerMillion: string
  /** Absent: cached input costs what other input costs. */
  readonly cacheReadPerMillion?: string
  readonly cacheWritePerMillion?: string
  /** Absent: audio costs what text costs. */
  readonly inputAudioPerMillion?: string
  readonly cacheAudioReadPerMillion?: string
  readonly outputAudioPerMillion?: string
}

/** What a price depends on. */
export interface PriceQuery {
  readonly providerName: string | undefined
  readonly modelName: string
  readonly providerUrl?: string
  /** When the request was made; milliseconds since 1970. */
  readonly atMs: number
}

/** A source of prices: your own contract prices, or a price database. */
export interface PriceTable {
  /** `undefined`: not known. The cost of the request then stays unknown; it never counts as 0. */
  lookup(query: PriceQuery): Price | undefined
}

/** The cost of one request in US dollars, exactly, as a decimal string. `undefined` when the price is malformed.
 *
 *  @example costOf(requestUsage({ inputTokens: 1000, outputTokens: 10 }), { inputPerMillion: '3', outputPerMillion: '15' }) // '0.00315' */
export function costOf(usage: RequestUsage, price: Price): string | undefined {
  let total = '0'
  for (const [tokens, perMillion] of charges(usage, price)) {
    if (tokens <= 0) continue
    const cost = multiplyDecimal(perMillion, tokens, 6)
    if (cost === undefined) return undefined
    total = addDecimals(total, cost)
  }
  return total
}

/** The inclusive totals, taken apart so that every token is in one row. */
function charges(usage: RequestUsage, price: Price): (readonly [tokens: number, perMillion: string])[] {
  const { cacheReadTokens, cacheWriteTokens, cacheAudioReadTokens, outputAudioTokens } = usage
  const freshAudio = Math.max(0, usage.inputAudioTokens - cacheAudioReadTokens)
  const cacheRead = price.cacheReadPerMillion ?? price.inputPerMillion
  return [
    [usage.inputTokens - cacheReadTokens - cacheWriteTokens - freshAudio, price.inputPerMillion],
    [freshAudio, price.inputAudioPerMillion ?? price.inputPerMillion],
    [cacheReadTokens - cacheAudioReadTokens, cacheRead],
    [cacheAudioReadTokens, price.cacheAudioReadPerMillion ?? cacheRead],
    [cacheWriteTokens, price.cacheWritePerMillion ?? price.inputPerMillion],
    [usage.outputTokens - outputAudioTokens, price.outputPerMillion],
    [outputAudioTokens, price.outputAudioPerMillion ?? price.outputPerMillion],
  ]
}
