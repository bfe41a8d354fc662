import type { JsonObject } from '../util/json.ts'

export type ThinkingLevel = 'minimal' | 'low' | 'medium' | 'high' | 'xhigh'
export type ServiceTier = 'auto' | 'default' | 'flex' | 'priority'

/** `ToolOrOutput`: these function tools, or any output. */
export interface ToolOrOutput {
  readonly kind: 'tool-or-output'
  readonly functionTools: readonly string[]
}

export type ToolChoice = 'auto' | 'none' | 'required' | readonly string[] | ToolOrOutput

/** Settings all providers share; a provider ignores those it does not know. Provider settings (`bedrockGuardrailConfig`, …)
 *  are added by each provider's folder through interface merging. Layers: model < agent < capability < run; later wins, key by key. */
export interface ModelSettings {
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  /** The whole request, milliseconds; 0: no limit. A run makes several requests: give it a `signal` to limit it as a whole. */
  readonly timeoutMs?: number
  readonly parallelToolCalls?: boolean
  readonly toolChoice?: ToolChoice
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly logitBias?: Readonly<Record<string, number>>
  readonly stopSequences?: readonly string[]
  readonly extraHeaders?: Readonly<Record<string, string>>
  readonly extraBody?: JsonObject
  /** `true`: on at the model's own level; a word: that effort; `false`: off where the model can switch it off. */
  readonly thinking?: boolean | ThinkingLevel
  readonly serviceTier?: ServiceTier
}
