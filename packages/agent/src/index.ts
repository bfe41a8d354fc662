import type { AgentSurroundings } from './agent/agent-config.ts'
import { createAgentFactory } from './agent/agent.ts'
import type * as types from './agent/agent-types.ts'
import { createKitFactory } from './agent/kit.ts'
import type * as options from './agent/run-options.ts'
import { toolSearch } from './capabilities/tool-search.ts'
import { resolveModel, type ModelId } from './models/providers.ts'
import type { OutputEntries } from './output/output-spec.ts'

const surroundings: AgentSurroundings = { resolveModel, toolSearch }

// everything but these is the core's; these know the providers and search hidden tools without being asked
export const agent = createAgentFactory<ModelId>(surroundings)
export const kit = createKitFactory<ModelId>(surroundings)

export type Agent<TDeps = unknown, TOutput = string, TModelId extends string = ModelId> = types.Agent<
  TDeps,
  TOutput,
  TModelId
>
export type AgentOverride<TDeps = unknown, TModelId extends string = ModelId> = types.AgentOverride<TDeps, TModelId>
export type RunOptionsBase<
  TDeps,
  O extends OutputEntries = never,
  TModelId extends string = ModelId,
> = options.RunOptionsBase<TDeps, O, TModelId>
export type RunOptions<TDeps, O extends OutputEntries = never, TModelId extends string = ModelId> = options.RunOptions<
  TDeps,
  O,
  TModelId
>
export type RunOptionsWithoutDeps<
  O extends OutputEntries = never,
  TModelId extends string = ModelId,
> = options.RunOptionsWithoutDeps<O, TModelId>

export * from './core.ts'
export { resolveModel, type ModelId }
