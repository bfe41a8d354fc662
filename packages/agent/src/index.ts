import { createAgentFactory } from './agent/agent.ts'
import { createKitFactory } from './agent/kit.ts'
import { resolveModel, type ModelId } from './models/providers.ts'

// everything but these two is the core's; these know the providers
export const agent = createAgentFactory<ModelId>(resolveModel)
export const kit = createKitFactory<ModelId>(resolveModel)

export * from './core.ts'
export { resolveModel, type ModelId }
