import type { Model } from '../model.ts'
import { OpenAIResponsesModel } from './responses/model.ts'

export { OpenAIChatModel } from './chat/model.ts'
export type { OpenAIFacts } from './facts.ts'
export type { OpenAIHost, OpenAITimeouts } from './host.ts'
export { openaiModelProfile } from './profiles.ts'
export { OpenAIProvider, type OpenAIProviderOptions } from './provider.ts'
export { OpenAIResponsesModel, type OpenAIModelOptions } from './responses/model.ts'
export { openaiJsonSchemaTransformer } from './schema.ts'
export type { OpenAIModelSettings, OpenAIReasoningEffort } from './settings.ts'

/** `openai:<name>` as a model of the Responses API, with the key from the environment. */
export function createModel(modelName: string): Model {
  return new OpenAIResponsesModel(modelName)
}
