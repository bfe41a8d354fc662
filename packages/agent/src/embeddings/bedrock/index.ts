export { BedrockEmbeddingModel, type BedrockEmbeddingModelName, type BedrockEmbeddingModelOptions } from './model.ts'
export type { BedrockEmbeddingSettings } from './settings.ts'
