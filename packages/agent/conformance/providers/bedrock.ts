import { BedrockEmbeddingModel } from '../../src/embeddings/bedrock/model.ts'
import { BedrockConverseModel } from '../../src/models/bedrock/model.ts'
import { bedrockModelProfile } from '../../src/models/bedrock/profiles.ts'
import { BedrockProvider } from '../../src/models/bedrock/provider.ts'
import { bedrockJsonSchemaTransformer, inlineDefsTransformer } from '../../src/models/bedrock/schema.ts'
import { resolveProfile } from '../../src/models/profile.ts'
import { readSettings } from '../wire/settings.ts'
import { bedrockUnits } from './bedrock-units.ts'
import type { HttpProvider, ModelFactory, Traffic } from './http-provider.ts'

const providerFor = (traffic: Traffic) =>
  new BedrockProvider({
    baseUrl: traffic.baseUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    maxAttempts: 1,
    fetchFile: { fetch: traffic.fetch },
  })

const converseModel: ModelFactory = (record, traffic, profile) =>
  new BedrockConverseModel(record.model_name, {
    provider: providerFor(traffic),
    profile,
    settings: readSettings(record.settings),
  })

export const bedrock: HttpProvider = {
  profileProvider: 'BedrockProvider',
  factPrefix: 'bedrock_',
  models: { BedrockConverseModel: converseModel },
  embeddings: {
    BedrockEmbeddingModel: (record, traffic) =>
      new BedrockEmbeddingModel(record.model_name, {
        provider: providerFor(traffic),
        settings: readSettings(record.settings),
      }),
  },
  profileOf: modelName => resolveProfile(bedrockModelProfile(modelName)),
  transformers: {
    BedrockJsonSchemaTransformer: bedrockJsonSchemaTransformer,
    InlineDefsJsonSchemaTransformer: inlineDefsTransformer,
  },
  ownDetails: [
    'additional_model_response_fields',
    'cache_details',
    'latency_ms',
    'performance_config',
    'service_tier',
    'trace',
  ],
  units: bedrockUnits,
}
