import type { JsonObject, JsonSchema, MaybePromise } from '../util/json.ts'
import type { Schema } from '../schema/schema.ts'
import type { RunContext } from './run-context.ts'
import type { ToolDefinition } from './tool-definition.ts'

/** Changes or hides a tool for one step: returns the definition, a changed copy, or `undefined` to leave it out. */
export type PrepareTool<in TDeps = unknown> = (
  ctx: RunContext<TDeps>,
  definition: ToolDefinition,
) => MaybePromise<ToolDefinition | undefined>

/** Options every tool takes, whatever its arguments. */
export interface ToolOptions<in TDeps = unknown> {
  /** What the tool is for; the model reads it. */
  readonly description?: string
  /** How often the model may correct a call of this tool. Default: the agent's `retries.tools` (1). */
  readonly maxRetries?: number
  /** Milliseconds; then the call's signal is aborted and the model is told. Default: the agent's `toolTimeoutMs`. */
  readonly timeoutMs?: number
  /** Called before every request. Where it reads `ctx.deps`, write `run` above it, or give its `ctx` its type. */
  readonly prepare?: PrepareTool<TDeps>
  readonly strict?: boolean
  /** Runs alone within its batch. Default `false`. */
  readonly sequential?: boolean
  /** Waits for an approval before it runs. Default `false`. */
  readonly requiresApproval?: boolean
  /** Yours; never sent to the model. */
  readonly metadata?: JsonObject
  /** Hidden until tool search reveals it. Default `false`. */
  readonly deferLoading?: boolean
  /** Disappears when the model supports the provider-run tool of this kind. */
  readonly unlessNative?: string
  /** The shape of the result, shown to the model when `includeReturnSchema` is set. */
  readonly returnSchema?: Schema | JsonSchema
  readonly includeReturnSchema?: boolean
}

/** A function the model may call. Made with `tool()`.
 *  `TDeps` is what its context must hold, `TArgs` what its schema yields, `TResult` what it returns. */
export interface Tool<
  in TDeps = unknown,
  out TName extends string = string,
  out TArgs = unknown,
  out TResult = unknown,
> extends ToolOptions<TDeps> {
  readonly kind: 'tool'
  readonly name: TName
  readonly input: Schema
  readonly checkArgs?: (args: never, ctx: RunContext<TDeps>) => MaybePromise<void>
  /** A property and not a method, so that the compiler checks the deps it needs. */
  readonly run: (args: never, ctx: RunContext<TDeps>) => unknown
  /** Types only; never set. */
  readonly '~types'?: { readonly args: TArgs; readonly result: TResult }
}

/** Any tool, whatever it needs: the loose constraint that keeps inference of inline tools intact. */
export interface AnyTool {
  readonly kind: 'tool'
  readonly name: string
  readonly run: (args: never, ctx: never) => unknown
}

/** The deps a tool needs. `unknown`: none. */
export type DepsOfTool<T> = T extends { readonly run: (args: never, ctx: infer C) => unknown }
  ? C extends RunContext<infer D>
    ? D
    : unknown
  : unknown
