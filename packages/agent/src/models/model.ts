import type { JsonSchema } from '../util/json.ts'
import type { ModelEvent } from '../messages/event.ts'
import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { InstructionPart } from '../messages/part.ts'
import type { NativeTool } from '../native-tools/native-tool.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { RequestUsage } from '../usage/usage.ts'
import type { ModelProfile } from './profile.ts'
import type { ModelSettings, ThinkingLevel } from './settings.ts'

export type OutputMode = 'text' | 'tool' | 'native' | 'prompted' | 'image' | 'auto'

/** The object a native or prompted output asks for. */
export interface OutputObjectDefinition {
  readonly jsonSchema: JsonSchema
  readonly name?: string
  readonly description?: string
  readonly strict?: boolean
}

/** `visible`: sent as usual · `deferred`: sent, marked as hidden · `withheld`: not sent · `via-history`: travels in the messages. */
export type ToolVisibility = 'visible' | 'deferred' | 'withheld' | 'via-history'

/** What one request offers and allows. `prepareCall` turns the loop's parameters into those an adapter sees:
 *  mode decided, schemas transformed, unused fields dropped. */
export interface ModelRequestParameters {
  readonly functionTools: readonly ToolDefinition[]
  readonly nativeTools: readonly NativeTool[]
  readonly outputMode: OutputMode
  readonly outputObject?: OutputObjectDefinition
  readonly outputTools: readonly ToolDefinition[]
  /** `false`: nothing is injected · `undefined`: the profile's. */
  readonly promptedOutputTemplate?: string | false
  readonly allowTextOutput: boolean
  readonly allowImageOutput: boolean
  /** Static parts first. */
  readonly instructionParts?: readonly InstructionPart[]
  /** The unified `thinking` setting, resolved by `prepareCall` and removed from the settings. */
  readonly thinking?: boolean | ThinkingLevel
  /** Absent: every tool is visible. */
  readonly toolVisibility?: ReadonlyMap<string, ToolVisibility>
  /** Hidden tools that the history has revealed. */
  readonly revealedToolNames?: ReadonlySet<string>
  readonly deferredCapabilityIds?: ReadonlySet<string>
}

/** One call of a model. `messages` is a live view of the run's history: read it during the call, copy it to keep it. */
export interface ModelCall {
  /** Oldest first; ends with a request, or with a suspended response to be resumed. */
  readonly messages: readonly ModelMessage[]
  readonly settings: ModelSettings
  readonly parameters: ModelRequestParameters
  readonly signal?: AbortSignal
  /** The run context of the agent that calls, for models that are themselves agents or need ambient facts. */
  readonly context?: unknown
}

/** The answer while it arrives. Iterate it once; leaving the loop early aborts the HTTP request. */
export interface StreamedResponse extends AsyncIterable<ModelEvent>, AsyncDisposable {
  readonly modelName: string
  readonly providerName?: string
  readonly timestamp: string
  /** The response as far as it has come; `state` says how far. Cheap enough to call per event. */
  response(): ModelResponse
  /** Stops the model; the response keeps what arrived, with state `interrupted`. */
  cancel(): Promise<void>
}

/** A model of some provider. Adapters implement this and nothing else; both call kinds share their mapping code.
 *  Extend it by writing a class that implements it, or wrap another with `WrapperModel`. */
export interface Model {
  /** The provider's name for the model. */
  readonly modelName: string
  /** The provider: telemetry and `providerName` of parts. */
  readonly system: string
  readonly baseUrl?: string
  readonly profile: ModelProfile
  readonly settings?: ModelSettings
  /** Test doubles set this: they answer while real requests are forbidden. */
  readonly isTestDouble?: boolean

  /** Sends one request and waits for the whole answer.
   *  @throws {ModelHttpError} status ≥ 400 · {ModelConnectionError} · {ModelTimeoutError} · {UnexpectedModelBehavior} */
  request(call: ModelCall): Promise<ModelResponse>

  /** Opens a streamed answer. Resolves when the provider has accepted the request and sent its first event.
   *  @throws as `request`; a stream that ends early throws `StreamInterrupted` while it is read */
  requestStream(call: ModelCall): Promise<StreamedResponse>

  /** Asks the provider how many tokens the call would take. */
  readonly countTokens?: (call: ModelCall) => Promise<RequestUsage>

  /** Replaces the preparation of `prepareCall` (mode, schemas, settings). Wrappers return the call unchanged
   *  and let the model they wrap prepare it. */
  prepare?(call: ModelCall): ModelCall

  /** Milliseconds to wait before a suspended response is asked for again; `undefined`: at once. */
  continuationDelayMs?(response: ModelResponse): number | undefined
  /** Ends a provider-side job that nobody will resume. */
  cancelSuspendedResponse?(response: ModelResponse): Promise<void>
}
