/** Tokens of one model request. Totals are inclusive: `inputTokens` already counts cache reads, cache writes and audio. */
export interface RequestUsage {
  readonly inputTokens: number
  readonly cacheWriteTokens: number
  readonly cacheReadTokens: number
  readonly outputTokens: number
  readonly inputAudioTokens: number
  readonly cacheAudioReadTokens: number
  readonly outputAudioTokens: number
  /** Counters only one provider knows, by its name for them. */
  readonly details: Readonly<Record<string, number>>
  /** US dollars as a decimal string, when the price is known. */
  readonly cost?: string
  /** Counters a newer writer put into a stored record. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** The token counters, in the order they are written. */
export const tokenCounters = [
  'inputTokens',
  'cacheWriteTokens',
  'cacheReadTokens',
  'outputTokens',
  'inputAudioTokens',
  'cacheAudioReadTokens',
  'outputAudioTokens',
] as const satisfies readonly (keyof RequestUsage)[]

/** Usage of nothing. */
export const emptyUsage: RequestUsage = Object.freeze({
  inputTokens: 0,
  cacheWriteTokens: 0,
  cacheReadTokens: 0,
  outputTokens: 0,
  inputAudioTokens: 0,
  cacheAudioReadTokens: 0,
  outputAudioTokens: 0,
  details: Object.freeze({}),
})

/** Usage from the counters that are known; the others are 0.
 *
 *  @example requestUsage({ inputTokens: 10, outputTokens: 5 }) */
export function requestUsage(known: Partial<RequestUsage>): RequestUsage {
  return { ...emptyUsage, ...known }
}

/** Input and output together. */
export function totalTokens(usage: Pick<RequestUsage, 'inputTokens' | 'outputTokens'>): number {
  return usage.inputTokens + usage.outputTokens
}

/** The share of the input that came from a cache, 0 to 1; 0 without input. */
export function cacheHitRatio(usage: Pick<RequestUsage, 'inputTokens' | 'cacheReadTokens'>): number {
  return usage.inputTokens > 0 ? usage.cacheReadTokens / usage.inputTokens : 0
}
