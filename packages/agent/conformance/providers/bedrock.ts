import { BedrockConverseModel } from '../../src/models/bedrock/model.ts'
import { bedrockModelProfile } from '../../src/models/bedrock/profiles.ts'
import { BedrockProvider } from '../../src/models/bedrock/provider.ts'
import { bedrockJsonSchemaTransformer, inlineDefsTransformer } from '../../src/models/bedrock/schema.ts'
import { resolveProfile } from '../../src/models/profile.ts'
import { readSettings } from '../wire/settings.ts'
import { bedrockUnits } from './bedrock-units.ts'
import type { HttpProvider, ModelFactory } from './http-provider.ts'

const converseModel: ModelFactory = (record, traffic, profile) =>
  new BedrockConverseModel(record.model_name, {
    provider: new BedrockProvider({
      baseUrl: traffic.baseUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
      fetchFile: { fetch: traffic.fetch },
    }),
    profile,
    settings: readSettings(record.settings),
  })

export const bedrock: HttpProvider = {
  profileProvider: 'BedrockProvider',
  models: { BedrockConverseModel: converseModel },
  profileOf: modelName => resolveProfile(bedrockModelProfile(modelName)),
  transformers: {
    BedrockJsonSchemaTransformer: bedrockJsonSchemaTransformer,
    InlineDefsJsonSchemaTransformer: inlineDefsTransformer,
  },
  units: bedrockUnits,
}
