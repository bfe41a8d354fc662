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

/** What requests cost: from your own contract prices, or a price database. Made of prices with `priceTable()`. */
export interface PriceTable {
  /** US dollars as a decimal string. `undefined`: not known; the request then never counts as 0. */
  costOf(usage: RequestUsage, query: PriceQuery): string | undefined
}

/** A table that looks up prices per million tokens.
 *  @param lookup the price of a model; `undefined`: not known
 *
 *  @example
 *  const prices = priceTable(({ modelName }) =>
 *    modelName.includes('nova-lite') ? { inputPerMillion: '0.06', outputPerMillion: '0.24' } : undefined)
 *  agent({ model, prices }) */
export function priceTable(lookup: (query: PriceQuery) => Price | undefined): PriceTable {
  return {
    costOf(usage, query) {
      const price = lookup(query)
      return price === undefined ? undefined : costOf(usage, price)
    },
  }
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
