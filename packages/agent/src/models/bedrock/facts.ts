import type { ModelProfile } from '../profile.ts'
import type { BedrockContentKind, BedrockThinkingVariant } from './families.ts'

/** What Converse accepts from one model family. Every key may be overridden: `new BedrockConverseModel(name, { profile: { … } })`. */
export interface BedrockFacts {
  /** `false`: the constructor warns the user off, the model is not served by Converse. */
  readonly bedrockSupportedOnConverse?: boolean
  /** There is a system prompt. `false`: instructions go to the front of the first user turn. Default `true`. */
  readonly bedrockSupportsSystem?: boolean
  /** Tools may be used in a stream as well. `false`: such a request goes without streaming, and its answer is streamed here. */
  readonly bedrockStreamsToolCalls?: boolean
  /** `toolChoice` may be sent at all. */
  readonly bedrockSupportsToolChoice?: boolean
  /** How structured tool results travel: as JSON text, or as a `json` block. */
  readonly bedrockToolResultFormat?: 'text' | 'json'
  /** Which call ids are taken: up to 64 characters, or nine letters and digits. */
  readonly bedrockToolCallIds?: 'any' | 'short'
  /** `toolResult.status` may be sent. */
  readonly bedrockSupportsToolResultStatus?: boolean
  /** File kinds allowed inside `toolResult.content`. */
  readonly bedrockSupportedMediaKindsInToolReturns?: readonly ('image' | 'document' | 'video')[]
  /** Formats of documents allowed inside `toolResult.content` where documents as such are not. */
  readonly bedrockDocumentFormatsInToolReturns?: readonly string[]
  /** Content kinds allowed beside a `toolResult` in the same turn. */
  readonly bedrockToolResultColocatableContent?: readonly BedrockContentKind[]
  /** `searchResult` blocks are read; elsewhere they are sent as text. */
  readonly bedrockSupportsSearchResults?: boolean
  /** Thinking may be sent back with its signature. */
  readonly bedrockSendBackThinkingParts?: boolean
  readonly bedrockSupportsPromptCaching?: boolean
  /** A cache point may stand in the tool list. */
  readonly bedrockSupportsToolCaching?: boolean
  /** A cache point may ask for an hour; elsewhere it gets the model's usual time. */
  readonly bedrockSupportsHourCaching?: boolean
  /** The conversation may begin with an assistant turn. */
  readonly bedrockSupportsLeadingAssistantMessage?: boolean
  /** The conversation may end with an assistant turn, which the model goes on with. */
  readonly bedrockSupportsPrefill?: boolean
  /** `toolSpec.strict` may be sent. */
  readonly bedrockSupportsStrictToolDefinition?: boolean
  /** Which words ask for thinking; absent: none do. */
  readonly bedrockThinkingVariant?: BedrockThinkingVariant
  /** Claude thinks for a number of tokens: `thinking: { type: 'enabled' }`. */
  readonly bedrockSupportsBudgetThinking?: boolean
  /** Claude decides itself how long it thinks: `thinking: { type: 'adaptive' }`. */
  readonly bedrockSupportsAdaptiveThinking?: boolean
  /** `output_config.effort` may be sent. */
  readonly bedrockSupportsEffort?: boolean
  /** Effort `xhigh` is known, between `high` and `max`. */
  readonly bedrockSupportsXhighEffort?: boolean
  /** `one`: `temperature` or `topP`, not both · `none`: neither, and no `topK`. What is refused is left out. Default `free`. */
  readonly bedrockSampling?: 'free' | 'one' | 'none'
  /** Where `topK` goes; absent: it is dropped, Converse rejects unknown fields. */
  readonly bedrockTopKVariant?: 'anthropic' | 'nova'
  /** Audio blocks are accepted in user turns. */
  readonly bedrockSupportsAudio?: boolean
  /** `disable_parallel_tool_use` is understood. */
  readonly bedrockSupportsDisablingParallelToolCalls?: boolean
  /** `CountTokens` serves the model. */
  readonly bedrockSupportsCountTokens?: boolean
}

declare module '../profile.ts' {
  interface ModelProfile extends BedrockFacts {}
}

/** The facts of one model with every gap filled. */
export type ResolvedBedrockFacts = Required<Omit<BedrockFacts, 'bedrockThinkingVariant' | 'bedrockTopKVariant'>> &
  Pick<BedrockFacts, 'bedrockThinkingVariant' | 'bedrockTopKVariant'>

/** What is assumed of a family nobody described: the narrowest reading that every known family accepts. */
const defaultBedrockFacts: ResolvedBedrockFacts = {
  bedrockSupportedOnConverse: true,
  bedrockSupportsSystem: true,
  bedrockStreamsToolCalls: true,
  bedrockSupportsToolChoice: false,
  bedrockToolResultFormat: 'text',
  bedrockToolCallIds: 'any',
  bedrockSupportsToolResultStatus: true,
  bedrockSupportedMediaKindsInToolReturns: ['image'],
  bedrockDocumentFormatsInToolReturns: [],
  bedrockSupportsSearchResults: false,
  bedrockToolResultColocatableContent: ['text', 'image', 'document', 'video'],
  bedrockSendBackThinkingParts: false,
  bedrockSupportsPromptCaching: false,
  bedrockSupportsToolCaching: false,
  bedrockSupportsHourCaching: false,
  bedrockSupportsLeadingAssistantMessage: false,
  bedrockSupportsPrefill: true,
  bedrockSupportsStrictToolDefinition: false,
  bedrockSupportsBudgetThinking: true,
  bedrockSupportsAdaptiveThinking: false,
  bedrockSupportsEffort: false,
  bedrockSupportsXhighEffort: false,
  bedrockSampling: 'free',
  bedrockSupportsAudio: false,
  bedrockSupportsDisablingParallelToolCalls: false,
  bedrockSupportsCountTokens: false,
}

/** A profile in which every Bedrock fact has a value. */
export type BedrockProfile = ModelProfile & ResolvedBedrockFacts

export function withBedrockDefaults(profile: ModelProfile): BedrockProfile {
  // Converse has no field that hides a tool, whatever the vendor's own API can do: hidden tools are left out until revealed
  return { ...defaultBedrockFacts, ...profile, toolDeferralMode: undefined, toolAdditionMode: undefined }
}
