import type { UserPrompt } from '../messages/content.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { Model } from '../models/model.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { JsonObject } from '../util/json.ts'
import type { UsageLimits } from '../usage/limits.ts'
import type { RequestUsage } from '../usage/usage.ts'

/** Usage of a run so far. */
export interface RunUsageView extends RequestUsage {
  readonly requests: number
  /** Function tool calls that succeeded. */
  readonly toolCalls: number
}

/** `asap`: before the next model request · `when-idle`: when the run would end. */
export type EnqueuePriority = 'asap' | 'when-idle'

/** What tools, instructions, validators and hooks know of the run they serve. A snapshot per call; everything is read-only. */
export interface RunContext<out TDeps = unknown> {
  readonly deps: TDeps
  readonly usage: RunUsageView
  readonly usageLimits: UsageLimits
  /** US dollars so far, when every price is known. */
  readonly cost: number | undefined
  readonly model: Model
  /** As merged so far, for functions that compute settings. */
  readonly modelSettings: ModelSettings
  readonly agentName: string | undefined
  readonly prompt: UserPrompt | undefined
  /** The run's history so far: a live view. */
  readonly messages: readonly ModelMessage[]
  /** Number of the model request, from 1; 0 before the first. */
  readonly step: number
  readonly runId: string
  readonly conversationId: string
  readonly metadata: JsonObject | undefined
  /** Aborted when the run is cancelled, left early, or the tool's time is up. */
  readonly signal: AbortSignal
  readonly validationContext: unknown

  /** Of the tool being called; `undefined` outside of one. */
  readonly toolName: string | undefined
  readonly toolCallId: string | undefined
  /** How often this tool (or the output) was asked to try again. */
  readonly retry: number
  readonly maxRetries: number
  /** `retry === maxRetries`: a tool may answer with less rather than fail. */
  readonly lastAttempt: boolean
  readonly toolCallApproved: boolean
  readonly toolCallMetadata: JsonObject | undefined
  /** Retries so far, by tool name. */
  readonly retries: ReadonlyMap<string, number>
  /** Names of the tools the model can call at this step. */
  readonly availableToolNames: ReadonlySet<string>
  readonly loadedCapabilityIds: ReadonlySet<string>

  /** Adds content, or whole messages that end with a request, to the conversation. Returns the id that the
   *  `enqueued-messages` event carries.
   *  @throws {UserError} the messages end with a response */
  enqueue(content: UserPrompt | readonly ModelMessage[], priority?: EnqueuePriority): string
  /** Ends the run with `RunCancelled`. */
  cancel(reason?: string): never
}
