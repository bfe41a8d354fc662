/** Budgets of one run. Absent means unlimited, except `requestLimit`. Checked before a request, after a response,
 *  on every streamed event, and before a batch of tool calls (all or nothing). */
export interface UsageLimits {
  /** Default 50; `null` for none. */
  readonly requestLimit?: number | null
  readonly toolCallsLimit?: number
  readonly inputTokensLimit?: number
  readonly outputTokensLimit?: number
  readonly totalTokensLimit?: number
  /** US dollars. */
  readonly costLimit?: number
  readonly perRequestInputTokensLimit?: number
  /** Asks the provider to count the tokens of each request first, so that a limit is met before it is paid for. Default `false`. */
  readonly countTokensBeforeRequest?: boolean
}
