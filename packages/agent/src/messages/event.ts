import type { JsonObject } from '../util/json.ts'
import type { DeferredToolRequests, DeferredToolResults } from './deferred.ts'
import type { UserPrompt } from './content.ts'
import type { ModelMessage } from './message.ts'
import type { ResponsePart, RetryPromptPart, ToolAvailabilityDeltaPart, ToolCallPart, ToolReturnPart } from './part.ts'

export interface TextPartDelta {
  readonly kind: 'text'
  readonly contentDelta: string
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export interface ThinkingPartDelta {
  readonly kind: 'thinking'
  readonly contentDelta?: string
  readonly signatureDelta?: string
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export interface ToolCallPartDelta {
  readonly kind: 'tool-call'
  readonly toolNameDelta?: string
  /** JSON text to append, or keys to merge. */
  readonly argsDelta?: string | JsonObject
  readonly toolCallId?: string
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export type PartDelta = TextPartDelta | ThinkingPartDelta | ToolCallPartDelta

/** A part begins. Text that came with it is in `part` and is not repeated as a delta. */
export interface PartStartEvent {
  readonly kind: 'part-start'
  readonly index: number
  readonly part: ResponsePart
  readonly previousPartKind?: ResponsePart['kind']
}

export interface PartDeltaEvent {
  readonly kind: 'part-delta'
  readonly index: number
  readonly delta: PartDelta
}

/** A part is whole. */
export interface PartEndEvent {
  readonly kind: 'part-end'
  readonly index: number
  readonly part: ResponsePart
  readonly nextPartKind?: ResponsePart['kind']
}

/** A hint: the response being streamed could become the final output. Validation may still fail and the run go on. */
export interface FinalResultEvent {
  readonly kind: 'final-result'
  readonly toolName?: string
  readonly toolCallId?: string
}

/** What a model sends while it answers. */
export type ModelEvent = PartStartEvent | PartDeltaEvent | PartEndEvent | FinalResultEvent

/** A tool is about to run (or to be refused: `argsValid` is false). */
export interface FunctionToolCallEvent {
  readonly kind: 'function-tool-call'
  readonly part: ToolCallPart
  /** `undefined`: not checked. */
  readonly argsValid?: boolean
}

export interface OutputToolCallEvent {
  readonly kind: 'output-tool-call'
  readonly part: ToolCallPart
  readonly argsValid?: boolean
}

export interface FunctionToolResultEvent {
  readonly kind: 'function-tool-result'
  readonly part: ToolReturnPart | RetryPromptPart
  /** What the tool adds to the conversation as user content, after all results. */
  readonly content?: UserPrompt
}

export interface OutputToolResultEvent {
  readonly kind: 'output-tool-result'
  readonly part: ToolReturnPart | RetryPromptPart
}

export interface ToolAvailabilityDeltaEvent {
  readonly kind: 'tool-availability-delta'
  readonly part: ToolAvailabilityDeltaPart
}

export interface DeferredToolRequestsEvent {
  readonly kind: 'deferred-tool-requests'
  readonly requests: DeferredToolRequests
}

export interface DeferredToolResultsEvent {
  readonly kind: 'deferred-tool-results'
  readonly results: DeferredToolResults
}

export interface EnqueuedMessagesEvent {
  readonly kind: 'enqueued-messages'
  readonly enqueueId: string
  readonly messages: readonly ModelMessage[]
}

/** The output, validated: the last event of a run that succeeds. */
export interface AgentRunResultEvent<out TOutput = unknown> {
  readonly kind: 'agent-run-result'
  readonly output: TOutput
}

/** What the loop itself does between two responses. */
export type ToolEvent =
  | FunctionToolCallEvent
  | FunctionToolResultEvent
  | OutputToolCallEvent
  | OutputToolResultEvent
  | ToolAvailabilityDeltaEvent
  | DeferredToolRequestsEvent
  | DeferredToolResultsEvent
  | EnqueuedMessagesEvent

/** Everything `agent.stream()` yields, in order. */
export type AgentEvent<TOutput = unknown> = ModelEvent | ToolEvent | AgentRunResultEvent<TOutput>
