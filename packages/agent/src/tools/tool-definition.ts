import type { JsonObject, JsonSchema } from '../util/json.ts'
import type { ToolKind } from '../messages/part.ts'

/** `function`: runs here · `output`: ends the run · `external`: runs elsewhere · `unapproved`: waits for a yes. */
export type ToolDefinitionKind = 'function' | 'output' | 'external' | 'unapproved'

/** What a model is told of a tool. Plain data; `prepare` functions return changed copies. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  readonly parametersJsonSchema: JsonSchema
  /** Default `'function'`. */
  readonly kind?: ToolDefinitionKind
  /** The one property that wraps a value which is not an object (output tools). */
  readonly outerTypedDictKey?: string
  /** `true`: the provider is to enforce the schema · `undefined`: the provider's default. */
  readonly strict?: boolean
  /** Runs alone: calls before it finish first, calls after it wait. */
  readonly sequential?: boolean
  /** Yours; never sent to the model. */
  readonly metadata?: JsonObject
  readonly timeoutMs?: number
  /** Hidden until revealed by tool search or by a capability. */
  readonly deferLoading?: boolean
  /** Disappears when the model supports the provider-run tool of this kind. */
  readonly unlessNative?: string
  /** Goes along with the provider-run tool of this kind only. */
  readonly withNative?: string
  readonly toolKind?: ToolKind
  readonly returnSchema?: JsonSchema
  /** Default `false`. */
  readonly includeReturnSchema?: boolean
  readonly toolsetId?: string
  readonly capabilityId?: string
}
