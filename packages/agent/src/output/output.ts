import type { OutputObjectDefinition } from '../models/model.ts'
import type { ValidationResult } from '../schema/schema.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { JsonSchema, MaybePromise } from '../util/json.ts'

/** One way a run may end, as the loop uses it. */
export interface OutputAlternative {
  /** Name of the type or function. */
  readonly name: string
  readonly description?: string
  /** Object schema as the model sees it; wrapped in `{ response: … }` when the type is not an object (`outerKey`). */
  readonly jsonSchema: JsonSchema
  readonly outerKey?: string
  /** Checks the semantic value (already unwrapped from `outerKey`). */
  validate(value: unknown): MaybePromise<ValidationResult>
  /** An output function: what it returns is the output. Throws `ModelRetry` to refuse. */
  readonly run?: (value: never, ctx: RunContext<never>) => unknown
}

/** An alternative the model reaches by calling an output tool. */
export interface OutputTool {
  readonly definition: ToolDefinition
  readonly alternative: OutputAlternative
  /** Overrides the run's output budget for this tool. */
  readonly maxRetries?: number
}

/** What to do with a response's text. */
export type TextProcessor =
  /** The text is the output; `run` may turn it into something else. */
  | { readonly kind: 'plain'; readonly run?: (text: string, ctx: RunContext<never>) => unknown; readonly name?: string }
  /** The text is JSON: one alternative, or the envelope `{ result: { kind, data } }` over several. */
  | {
      readonly kind: 'json'
      readonly object: OutputObjectDefinition
      readonly alternatives: readonly OutputAlternative[]
    }

/** `auto`: the model's profile decides between tool, native and prompted. */
export type OutputSchemaMode = 'text' | 'tool' | 'native' | 'prompted' | 'image' | 'auto'

/** An agent's output, built once from its specs. */
export interface OutputSchema {
  readonly mode: OutputSchemaMode
  readonly allowsText: boolean
  readonly allowsNull: boolean
  readonly allowsImage: boolean
  readonly allowsDeferred: boolean
  readonly tools: readonly OutputTool[]
  readonly object?: OutputObjectDefinition
  /** `false`: no template · `undefined`: the profile's. */
  readonly template?: string | false
  /** `undefined`: text is never output. */
  readonly text?: TextProcessor
}
