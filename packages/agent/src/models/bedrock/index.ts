import type { Model } from '../model.ts'
import { BedrockConverseModel } from './model.ts'

export {
  BedrockEmbeddingModel,
  type BedrockEmbeddingModelName,
  type BedrockEmbeddingModelOptions,
  type BedrockEmbeddingSettings,
} from '../../embeddings/bedrock/index.ts'
export { isContextOverflow } from './errors.ts'
export type { BedrockContentKind, BedrockFacts, BedrockThinkingVariant } from './facts.ts'
export { BedrockConverseModel, type BedrockModelOptions } from './model.ts'
export { LatestBedrockModelNames, type BedrockModelName } from './names.ts'
export { bedrockModelProfile, familyRows, type FamilyRow } from './profiles.ts'
export {
  BedrockProvider,
  type BedrockAuthMode,
  type BedrockCredentialProvider,
  type BedrockCredentials,
  type BedrockProviderOptions,
  type BedrockTimeouts,
} from './provider.ts'
export { bedrockJsonSchemaTransformer } from './schema.ts'
export type { BedrockCacheSetting, BedrockModelSettings } from './settings.ts'
export { BedrockStreamedResponse } from './stream.ts'

/** `bedrock:<name>` as a model, with Region and credentials from the environment. */
export function createModel(modelName: string): Model {
  return new BedrockConverseModel(modelName)
}
