import type { JsonObject } from '../../util/json.ts'

/** `true`: cache for the model's default time; a word: for that long. */
export type BedrockCacheSetting = boolean | '5m' | '1h'

/** A guardrail, and how it works on a stream. */
export interface BedrockGuardrailConfig {
  /** Id or ARN. */
  readonly guardrailIdentifier: string
  /** A number, or `DRAFT`. */
  readonly guardrailVersion: string
  /** `enabled`: what it found comes back, including the text it matched. Default `disabled`. */
  readonly trace?: 'disabled' | 'enabled' | 'enabled_full'
  /** `sync` (default): text waits for the verdict · `async`: it is shown before, and nothing is masked. */
  readonly streamProcessingMode?: 'sync' | 'async'
}

/** Settings only Bedrock reads, all optional.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-23) */
export interface BedrockModelSettings {
  /** The guardrail to apply. With a trace, its findings stand in `providerDetails.trace`. */
  readonly bedrockGuardrailConfig?: BedrockGuardrailConfig
  /** Which user text the guardrail is to look at: wraps it in `guardContent`. `last`: that of the newest prompt, also while tools
   *  answer it; `all`: that of every prompt. Default: none, the guardrail then reads everything. */
  readonly bedrockGuardContent?: 'last' | 'all'
  /** `{ latency: 'optimized' }` on the models that have it. */
  readonly bedrockPerformanceConfiguration?: { readonly latency: 'standard' | 'optimized' }
  /** Up to 16 labels kept in the invocation log, never shown to the model. */
  readonly bedrockRequestMetadata?: Readonly<Record<string, string>>
  /** JSON Pointers into the model's own response: what they find comes back in `providerDetails.additional_model_response_fields`. */
  readonly bedrockAdditionalModelResponseFieldsPaths?: readonly string[]
  /** Values of the variables of a prompt of Prompt management (`arn:…:prompt/…` as model name). */
  readonly bedrockPromptVariables?: Readonly<Record<string, { readonly text: string }>>
  /** Fields of the model's own API that Converse has no word for. They win over those made from other settings. */
  readonly bedrockAdditionalModelRequestsFields?: JsonObject
  /** Names of Claude's beta features (`anthropic_beta`). Ignored by other families. */
  readonly bedrockAnthropicBetas?: readonly string[]
  /** Puts a cache point after the tool definitions. Claude only; ignored elsewhere. */
  readonly bedrockCacheToolDefinitions?: BedrockCacheSetting
  /** Puts a cache point after the instructions that do not change. */
  readonly bedrockCacheInstructions?: BedrockCacheSetting
  /** Puts a cache point at the end of the newest user turn. */
  readonly bedrockCacheMessages?: BedrockCacheSetting
  /** Wins over `serviceTier`; knows `reserved` as well. */
  readonly bedrockServiceTier?: { readonly type: 'default' | 'flex' | 'priority' | 'reserved' }
  /** Id or ARN of the inference profile to call, while `modelName` keeps saying which model it is. */
  readonly bedrockInferenceProfile?: string
}

declare module '../settings.ts' {
  interface ModelSettings extends BedrockModelSettings {}
}
