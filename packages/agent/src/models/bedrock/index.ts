import type { MaybePromise } from '../../util/json.ts'
import type { Model } from '../model.ts'
import { modelOfProfile } from './inference-profile.ts'
import { BedrockConverseModel } from './model.ts'
import { parseModelId } from './model-id.ts'

export {
  BedrockEmbeddingModel,
  type BedrockEmbeddingModelName,
  type BedrockEmbeddingModelOptions,
  type BedrockEmbeddingSettings,
} from '../../embeddings/bedrock/index.ts'
export {
  getInferenceProfile,
  listFoundationModels,
  listInferenceProfiles,
  type ControlPlaneOptions,
  type FoundationModel,
  type FoundationModelFilter,
  type InferenceProfile,
} from './control-plane.ts'
export { doctorBedrock, type DoctorCheck, type DoctorOptions, type DoctorReport } from './doctor.ts'
export { modelOfProfile } from './inference-profile.ts'
export { requiredPermissions, type PermissionsOptions, type RequiredPermission } from './permissions.ts'
export { isContextOverflow } from './errors.ts'
export type { BedrockFacts } from './facts.ts'
export type { BedrockContentKind, BedrockThinkingVariant } from './families.ts'
export { BedrockConverseModel, type BedrockModelOptions } from './model.ts'
export { LatestBedrockModelNames, type BedrockModelName } from './names.ts'
export { bedrockModelProfile } from './profiles.ts'
export {
  BedrockProvider,
  type BedrockAuthMode,
  type BedrockCredentialProvider,
  type BedrockCredentials,
  type BedrockProviderOptions,
  type BedrockTimeouts,
} from './provider.ts'
export { bedrockJsonSchemaTransformer } from './schema.ts'
export { bedrockSearchResult, type SearchResultOptions } from './search-result.ts'
export type { BedrockCacheSetting, BedrockGuardrailConfig, BedrockModelSettings } from './settings.ts'
export { BedrockStreamedResponse } from './stream.ts'

/** `bedrock:<name>` as a model, with Region and credentials from the environment. The ARN of an application inference profile,
 *  which hides its model, is looked up where that is allowed. */
export function createModel(modelName: string): MaybePromise<Model> {
  if (parseModelId(modelName).arn?.resource === 'application-inference-profile') {
    return modelOfProfile(modelName).catch(() => new BedrockConverseModel(modelName))
  }
  return new BedrockConverseModel(modelName)
}
