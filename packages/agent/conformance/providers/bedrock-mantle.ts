import {
  BedrockMantleChatModel,
  BedrockMantleProvider,
  bedrockMantleModelProfile,
  BedrockMantleResponsesModel,
} from '../../src/models/bedrock-mantle/index.ts'
import { withOpenAIDefaults } from '../../src/models/openai/facts.ts'
import { openaiJsonSchemaTransformer } from '../../src/models/openai/schema.ts'
import { resolveProfile } from '../../src/models/profile.ts'
import { readSettings } from '../wire/settings.ts'
import type { HttpProvider, ModelFactory, Traffic } from './http-provider.ts'

const providerFor = (traffic: Traffic) =>
  new BedrockMantleProvider({
    baseUrl: traffic.baseUrl,
    apiKey: 'key',
    maxRetries: 0,
    fetchFile: { fetch: traffic.fetch },
  })

const factoryOf =
  (Model: typeof BedrockMantleChatModel | typeof BedrockMantleResponsesModel): ModelFactory =>
  (record, traffic, profile) =>
    new Model(record.model_name, {
      provider: providerFor(traffic),
      profile,
      settings: readSettings(record.settings),
    })

export const bedrockMantle: HttpProvider = {
  profileProvider: 'BedrockMantleProvider',
  factPrefix: ['openai_', 'bedrock_mantle_'],
  models: {
    BedrockMantleChatModel: factoryOf(BedrockMantleChatModel),
    BedrockMantleResponsesModel: factoryOf(BedrockMantleResponsesModel),
  },
  profileOf: modelName => withOpenAIDefaults(resolveProfile(bedrockMantleModelProfile(modelName))),
  errorBody: error => ({ error }),
  transformers: { OpenAIJsonSchemaTransformer: openaiJsonSchemaTransformer },
}
