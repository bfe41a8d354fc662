import type { JsonObject } from '../../util/json.ts'

export type OpenAIReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'

/** Settings only the OpenAI APIs read, all optional; those marked (Chat) or (Responses) only that one.
 *  @see https://platform.openai.com/docs/api-reference/responses/create (fields as in `openai` 6.49.0) */
export interface OpenAIModelSettings {
  /** Wins over `thinking`, and is sent whatever is known of the model. */
  readonly openaiReasoningEffort?: OpenAIReasoningEffort
  /** (Responses) Asks for a summary of the reasoning: it comes as the content of the thinking parts. */
  readonly openaiReasoningSummary?: 'auto' | 'concise' | 'detailed'
  /** (Responses) Which earlier reasoning the model sees. Default `all_turns` on models that know the field. */
  readonly openaiReasoningContext?: 'auto' | 'current_turn' | 'all_turns'
  /** (Responses) */
  readonly openaiReasoningMode?: 'standard' | 'pro'
  /** (Responses) Sends back the ids of earlier items. Default: on models whose reasoning comes encrypted. */
  readonly openaiSendReasoningIds?: boolean
  /** (Responses) How much the model writes. */
  readonly openaiTextVerbosity?: 'low' | 'medium' | 'high'
  /** (Responses) `auto`: drop from the middle of a conversation that is too long. */
  readonly openaiTruncation?: 'auto' | 'disabled'
  /** Log probabilities of the output; they come in `providerDetails.logprobs`. */
  readonly openaiLogprobs?: boolean
  readonly openaiTopLogprobs?: number
  /** Whether the provider keeps the answer. */
  readonly openaiStore?: boolean
  /** Your id of the end user. */
  readonly openaiUser?: string
  /** Wins over `serviceTier`. */
  readonly openaiServiceTier?: 'auto' | 'default' | 'flex' | 'priority' | 'scale'
  /** Requests of one key are sent to where their common beginning is cached. */
  readonly openaiPromptCacheKey?: string
  readonly openaiPromptCacheRetention?: 'in_memory' | '24h'
  readonly openaiPromptCacheOptions?: JsonObject
  /** (Chat) Asks a compatible server (vLLM) for the usage so far with every chunk of a stream. Default: usages of chunks are added. */
  readonly openaiContinuousUsageStats?: boolean
  /** (Chat) Text the answer probably repeats. */
  readonly openaiPrediction?: JsonObject
}

declare module '../settings.ts' {
  interface ModelSettings extends OpenAIModelSettings {}
}
