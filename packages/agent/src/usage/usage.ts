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
