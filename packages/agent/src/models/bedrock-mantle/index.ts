import type { Model } from '../model.ts'
import { bedrockMantleModel } from './model.ts'

export type { BedrockMantleFacts, BedrockMantleInterface } from './facts.ts'
export {
  bedrockMantleModel,
  BedrockMantleChatModel,
  BedrockMantleResponsesModel,
  type BedrockMantleModelOptions,
} from './model.ts'
export type { BedrockMantleModelName } from './names.ts'
export { bedrockMantleModelProfile } from './profiles.ts'
export {
  BedrockMantleProvider,
  type BedrockMantleCredentialProvider,
  type BedrockMantleCredentials,
  type BedrockMantleProviderOptions,
} from './provider.ts'

export type { OpenAIModelSettings } from '../openai/settings.ts'

/** `bedrock-mantle:<name>` as a model, with Region and credentials from the environment. */
export function createModel(modelName: string): Model {
  return bedrockMantleModel(modelName)
}
