import type { AgentSurroundings } from './agent/agent-config.ts'
import { createAgentFactory } from './agent/agent.ts'
import { createKitFactory } from './agent/kit.ts'
import { toolSearch } from './capabilities/tool-search.ts'
import { resolveModel, type ModelId } from './models/providers.ts'

const surroundings: AgentSurroundings = { resolveModel, toolSearch }

// everything but these two is the core's; these know the providers and search hidden tools without being asked
export const agent = createAgentFactory<ModelId>(surroundings)
export const kit = createKitFactory<ModelId>(surroundings)

export * from './core.ts'
export { resolveModel, type ModelId }
