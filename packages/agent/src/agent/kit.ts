import type { Model } from '../models/model.ts'
import type { OutputEntries, OutputOf, OutputWithin, TextSpec } from '../output/output-spec.ts'
import type { Schema, SchemaOutput } from '../schema/schema.ts'
import { tool, type ToolConfig } from '../tools/function-tool.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { Tool } from '../tools/tool.ts'
import type { AgentSurroundings } from './agent-config.ts'
import { createAgentFactory } from './agent.ts'
import type { Agent, AgentOptions } from './agent-types.ts'

/** A tool that needs no more than `TDeps`. */
export interface KitTool<in TDeps> {
  readonly kind: 'tool'
  readonly name: string
  readonly run: (args: never, ctx: RunContext<TDeps>) => unknown
}

/** `tool` and `agent` for an application whose deps are known: nothing needs an annotation. */
export interface Kit<TDeps, TModelId extends string> {
  tool<const TName extends string, S extends Schema, R>(
    config: ToolConfig<TName, S, R, TDeps>,
  ): Tool<TDeps, TName, SchemaOutput<S>, Awaited<R>>
  agent<const TTools extends readonly KitTool<TDeps>[] = readonly [], const O extends OutputEntries = TextSpec>(
    options: Omit<AgentOptions<Model | TModelId, TTools, O & OutputWithin<TDeps, O>, TDeps, TDeps>, 'deps'>,
  ): Agent<TDeps, OutputOf<O>, TModelId>
}

/** Makes `kit()` for an entry point. */
export function createKitFactory<TModelId extends string>(surroundings: AgentSurroundings) {
  const agent = createAgentFactory<TModelId>(surroundings)
  /** Fixes the deps of an application once.
   *  @example
   *  const app = kit<{ db: Db }>()
   *  const lookup = app.tool({ name: 'lookup', input: Query, run: (query, ctx) => ctx.deps.db.find(query) })
   *  const helper = app.agent({ model, tools: [lookup], output: Answer }) */
  return function kit<TDeps>(): Kit<TDeps, TModelId> {
    // the same functions under narrower types
    return { tool, agent } as unknown as Kit<TDeps, TModelId>
  }
}
