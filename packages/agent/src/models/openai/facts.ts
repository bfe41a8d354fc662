import type { ModelProfile } from '../profile.ts'

/** What the OpenAI APIs accept for one model. Every key may be overridden: `{ profile: { … } }`. */
export interface OpenAIFacts {
  /** Role of system prompts. Default `system`. */
  readonly openaiSystemPromptRole?: 'system' | 'developer' | 'user'
  /** The model reasons, so effort and summary may be sent. */
  readonly openaiSupportsReasoning?: boolean
  /** It reasons unless told not to; sampling settings are refused while it does. */
  readonly openaiReasoningEnabledByDefault?: boolean
  /** Effort `none` switches reasoning off. */
  readonly openaiSupportsReasoningEffortNone?: boolean
  readonly openaiSupportsMinimalReasoningEffort?: boolean
  /** Reasoning comes encrypted and is sent back so: the provider need not keep the conversation. */
  readonly openaiSupportsEncryptedReasoningContent?: boolean
  readonly openaiResponsesSupportsReasoningContext?: boolean
  readonly openaiResponsesSupportsReasoningMode?: boolean
  /** Assistant messages are labelled as commentary or final answer, and want the label back. */
  readonly openaiSupportsPhase?: boolean
  /** Call ids start anew in each response (`call_0`, `call_1`), so that a conversation has to tell them apart. */
  readonly openaiResponsesToolCallIdsAreResponseScoped?: boolean
  /** `status` of a function call that is sent back must be null. */
  readonly openaiResponsesRequiresFunctionCallStatusNone?: boolean
  readonly openaiSupportsStrictToolDefinition?: boolean
  readonly openaiSupportsToolChoiceRequired?: boolean
  /** Chat: `max_completion_tokens` is known, the successor of `max_tokens`. */
  readonly openaiChatSupportsMaxCompletionTokens?: boolean
  /** Chat: several system messages may lead the conversation; else they are joined. */
  readonly openaiChatSupportsMultipleSystemMessages?: boolean
  readonly openaiChatSupportsDocumentInput?: boolean
  /** Chat: a document may be named by its URL. */
  readonly openaiChatSupportsFileUrls?: boolean
  /** Chat: the field of a message that holds its reasoning. Default: `reasoning` and `reasoning_content` are read. */
  readonly openaiChatThinkingField?: string
  /** Chat: how reasoning goes back. `auto`: into the field it came from, else as tagged text. Default `auto`. */
  readonly openaiChatSendBackThinkingParts?: 'auto' | 'tags' | 'field' | false
  readonly openaiChatAudioInputEncoding?: 'base64' | 'uri'
  /** Settings the model refuses; dropped. */
  readonly openaiUnsupportedModelSettings?: readonly string[]
  readonly openaiChatSupportsWebSearch?: boolean
  readonly openaiSupportsPromptCacheBreakpoints?: boolean
}

declare module '../profile.ts' {
  interface ModelProfile extends OpenAIFacts {}
}

type Optional = 'openaiSystemPromptRole' | 'openaiChatThinkingField'
type ResolvedOpenAIFacts = Required<Omit<OpenAIFacts, Optional>> & Pick<OpenAIFacts, Optional>

/** What is assumed of a model nobody described. */
const defaultOpenAIFacts: ResolvedOpenAIFacts = {
  openaiSupportsReasoning: false,
  openaiReasoningEnabledByDefault: false,
  openaiSupportsReasoningEffortNone: false,
  openaiSupportsMinimalReasoningEffort: true,
  openaiSupportsEncryptedReasoningContent: false,
  openaiResponsesSupportsReasoningContext: false,
  openaiResponsesSupportsReasoningMode: false,
  openaiSupportsPhase: false,
  openaiResponsesToolCallIdsAreResponseScoped: false,
  openaiResponsesRequiresFunctionCallStatusNone: false,
  openaiSupportsStrictToolDefinition: true,
  openaiSupportsToolChoiceRequired: true,
  openaiChatSupportsMaxCompletionTokens: true,
  openaiChatSupportsMultipleSystemMessages: true,
  openaiChatSupportsDocumentInput: true,
  openaiChatSupportsFileUrls: false,
  openaiChatSendBackThinkingParts: 'auto',
  openaiChatAudioInputEncoding: 'base64',
  openaiUnsupportedModelSettings: [],
  openaiChatSupportsWebSearch: false,
  openaiSupportsPromptCacheBreakpoints: false,
}

/** A profile in which every OpenAI fact has a value. */
export type OpenAIProfile = ModelProfile & ResolvedOpenAIFacts

export function withOpenAIDefaults(profile: ModelProfile): OpenAIProfile {
  return { ...defaultOpenAIFacts, ...profile }
}
