import type { MaybePromise } from '../util/json.ts'
import type { InstructionPart } from '../messages/part.ts'
import type { ValidationResult } from '../schema/schema.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'

/** One tool of a toolset, as the loop sees it at one step. */
export interface ToolsetTool<in TDeps = unknown> {
  readonly definition: ToolDefinition
  /** The toolset it comes from. */
  readonly toolset: Toolset<TDeps>
  /** Retries of this tool; `undefined`: the run's budget for tools. */
  readonly maxRetries?: number
  /** Schema validation of arguments that are already an object. */
  readonly validateArgs: (args: unknown, ctx: RunContext<TDeps>) => MaybePromise<ValidationResult>
  /** What the schema cannot say. Throws `ModelRetry` to refuse the arguments. */
  readonly checkArgs?: (args: never, ctx: RunContext<TDeps>) => MaybePromise<void>
  /** Runs the tool with validated arguments. */
  readonly call: (args: unknown, ctx: RunContext<TDeps>) => MaybePromise<unknown>
}

/** A source of tools. The loop knows nothing else of tools; an agent's own tools are a toolset too.
 *  What `getTools` returns is kept for one step. Its functions are properties, so that the compiler checks the deps they
 *  need; a class implements them as methods. */
export interface Toolset<in TDeps = unknown> {
  /** Needed where results must be told apart across processes. */
  readonly id?: string
  /** For error messages, for example "toolset `weather`". */
  readonly label: string
  /** Some tools are marked `deferLoading`: an agent that has such a toolset searches tools. Default `false`. */
  readonly hasHiddenTools?: boolean
  /** Once per run, before anything else; a fresh instance isolates state. */
  readonly forRun?: (ctx: RunContext<TDeps>) => MaybePromise<Toolset<TDeps>>
  /** Once per step. */
  readonly forRunStep?: (ctx: RunContext<TDeps>) => MaybePromise<Toolset<TDeps>>
  /** Opens what the toolset holds; the returned function releases it. Several runs may have it open at once. */
  readonly open?: () => Promise<() => Promise<void>>
  /** A plain string counts as dynamic. */
  readonly getInstructions?: (
    ctx: RunContext<TDeps>,
  ) => MaybePromise<string | InstructionPart | readonly (string | InstructionPart)[] | undefined>
  /** The tools of this step by name. May be the same map every time. */
  readonly getTools: (ctx: RunContext<TDeps>) => MaybePromise<ReadonlyMap<string, ToolsetTool<TDeps>>>
}
