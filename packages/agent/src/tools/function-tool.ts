import type { UserPrompt } from '../messages/content.ts'
import type { ToolReturn } from '../messages/deferred.ts'
import type { Schema, SchemaOutput } from '../schema/schema.ts'
import type { MaybePromise } from '../util/json.ts'
import type { RunContext } from './run-context.ts'
import type { Tool, ToolOptions } from './tool.ts'

/** What `tool()` takes. */
export interface ToolConfig<TName extends string, S extends Schema, R, TDeps> extends ToolOptions<NoInfer<TDeps>> {
  /** Letters, digits, `_` and `-`; unique among the agent's tools. */
  readonly name: TName
  /** The arguments: any Standard Schema that describes an object. */
  readonly input: S
  /** What the schema cannot say: throw `ModelRetry` to have the model correct its arguments.
   *  What `ctx.deps` is comes from `run`, and the compiler reads from top to bottom: write `run` above this, or give this
   *  `ctx` its type as well, `(args, ctx: RunContext<Deps>) => …`. Otherwise `ctx.deps` is `unknown`. `kit().tool()` needs neither. */
  readonly checkArgs?: (args: SchemaOutput<S>, ctx: RunContext<NoInfer<TDeps>>) => MaybePromise<void>
  /** Called with arguments that passed the schema, after defaults and transforms. What it returns goes to the model:
   *  any JSON value, files, or `toolReturn()`.
   *  Throw `ModelRetry` to ask for a correction, `ToolFailed` to report a failure; any other error ends the run. */
  readonly run: (args: SchemaOutput<S>, ctx: RunContext<TDeps>) => R
}

/** Makes a function the model may call.
 *
 *  @example
 *  import { tool, type RunContext } from 'tenon'
 *  import { z } from 'zod'
 *
 *  const search = tool({
 *    name: 'search',
 *    description: 'Search the docs',
 *    input: z.object({ query: z.string(), limit: z.number().default(3) }),
 *    run: async ({ query, limit }, ctx: RunContext<{ index: Map<string, string> }>) =>
 *      [...ctx.deps.index].filter(([, text]) => text.includes(query)).slice(0, limit),
 *  })
 */
export function tool<const TName extends string, S extends Schema, R, TDeps = unknown>(
  config: ToolConfig<TName, S, R, TDeps>,
): Tool<TDeps, TName, SchemaOutput<S>, Awaited<R>> {
  return { kind: 'tool', ...config }
}

/** A tool's rich result.
 *  @param returnValue what the model sees as the result
 *  @param extras `content` becomes a user message after all results of the batch; `metadata` stays in the history;
 *    `tools` are names of hidden tools to reveal */
export function toolReturn<T>(
  returnValue: T,
  extras: { readonly content?: UserPrompt; readonly metadata?: unknown; readonly tools?: readonly string[] } = {},
): ToolReturn<T> {
  return { kind: 'tool-return', returnValue, ...extras }
}

/** Told from a plain object by more than its `kind`, which a tool's own data may use too. */
export function isToolReturn(value: unknown): value is ToolReturn {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { kind?: unknown }).kind === 'tool-return' &&
    Object.hasOwn(value, 'returnValue')
  )
}
