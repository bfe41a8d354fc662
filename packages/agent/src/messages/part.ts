import type { JsonObject } from '../util/json.ts'
import type { BinaryContent, UserPrompt } from './content.ts'

/** Keys a newer writer put into a record: kept as they were and written back last. */
interface Extensible {
  readonly extra?: JsonObject
}

/** What a provider attached to a part; sent back only to the provider of the same `providerName`. */
interface ProviderFields {
  readonly id?: string
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export interface SystemPromptPart extends Extensible {
  readonly kind: 'system-prompt'
  readonly content: string
  readonly timestamp?: string
  /** Id of the dynamic system prompt that wrote this text and rewrites it when the history is continued. */
  readonly dynamicRef?: string
}

export interface UserPromptPart extends Extensible {
  readonly kind: 'user-prompt'
  readonly content: UserPrompt
  readonly timestamp?: string
}

export type ToolReturnOutcome = 'success' | 'failed' | 'denied' | 'interrupted'

/** A tool return or call that the framework knows more about: tool search and on-demand capabilities. */
export type ToolKind = 'tool-search' | 'capability-load'

export interface ToolReturnPart extends Extensible {
  readonly kind: 'tool-return'
  readonly toolName: string
  /** What the tool returned: JSON, possibly holding files (`MultiModalContent`) at any depth. */
  readonly content: unknown
  readonly toolCallId: string
  readonly toolKind?: ToolKind
  /** Kept in the history, never sent to the model. */
  readonly metadata?: unknown
  readonly timestamp?: string
  /** Default `'success'`. */
  readonly outcome?: ToolReturnOutcome
}

/** One problem a validator found, in the vocabulary models are trained on. */
export interface ValidationErrorItem {
  readonly type: string
  readonly loc: readonly (string | number)[]
  readonly msg: string
  readonly input?: unknown
  readonly ctx?: unknown
}

/** Asks the model to try again. With `toolName` it answers that call; without, it is feedback on a whole response. */
export interface RetryPromptPart extends Extensible {
  readonly kind: 'retry-prompt'
  readonly content: string | readonly ValidationErrorItem[]
  readonly toolName?: string
  readonly toolCallId: string
  readonly timestamp?: string
}

/** Tools that become visible from here on, by name. */
export interface ToolAvailabilityDeltaPart extends Extensible {
  readonly kind: 'tool-availability-delta'
  readonly toolsAdded: readonly string[]
  readonly toolCallId?: string
}

export interface SpeechPart extends Extensible, ProviderFields {
  readonly kind: 'speech'
  /** `user` in a request, `assistant` in a response. */
  readonly speaker: 'user' | 'assistant'
  readonly transcript?: string
  readonly audio?: BinaryContent
  readonly interruptedAtMs?: number
}

export interface TextPart extends Extensible, ProviderFields {
  readonly kind: 'text'
  readonly content: string
}

export interface ThinkingPart extends Extensible, ProviderFields {
  readonly kind: 'thinking'
  readonly content: string
  /** Proof of origin some providers demand when the thinking is sent back. */
  readonly signature?: string
}

interface CallFields extends Extensible, ProviderFields {
  readonly toolName: string
  /** As the model sent it: the JSON text, kept verbatim, or an object. */
  readonly args?: string | JsonObject
  readonly toolCallId: string
  readonly toolKind?: ToolKind
}

export interface ToolCallPart extends CallFields {
  readonly kind: 'tool-call'
}

/** A call of a tool that the provider itself runs. */
export interface NativeToolCallPart extends CallFields {
  readonly kind: 'builtin-tool-call'
}

export interface NativeToolReturnPart extends Omit<ToolReturnPart, 'kind'> {
  readonly kind: 'builtin-tool-return'
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export interface FilePart extends Extensible, ProviderFields {
  readonly kind: 'file'
  readonly content: BinaryContent
}

/** Stands for everything before it, on the provider that wrote it. */
export interface CompactionPart extends Extensible, ProviderFields {
  readonly kind: 'compaction'
  readonly content?: string
}

export type RequestPart =
  | SystemPromptPart
  | UserPromptPart
  | ToolReturnPart
  | RetryPromptPart
  | ToolAvailabilityDeltaPart
  | SpeechPart

export type ResponsePart =
  | TextPart
  | ThinkingPart
  | ToolCallPart
  | NativeToolCallPart
  | NativeToolReturnPart
  | FilePart
  | CompactionPart
  | SpeechPart

export type Part = RequestPart | ResponsePart

/** One piece of the instructions of a request. Lives in request parameters, never in the history. */
export interface InstructionPart {
  readonly content: string
  /** `true`: may change from request to request, so it goes after what a provider can cache. */
  readonly dynamic: boolean
}
