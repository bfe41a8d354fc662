import {
  OpenAIChatModel,
  openaiModelProfile,
  OpenAIProvider,
  OpenAIResponsesModel,
} from '../../src/models/openai/index.ts'
import { withOpenAIDefaults } from '../../src/models/openai/facts.ts'
import { openaiJsonSchemaTransformer } from '../../src/models/openai/schema.ts'
import { resolveProfile } from '../../src/models/profile.ts'
import { readSettings } from '../wire/settings.ts'
import type { HttpProvider, ModelFactory, Traffic } from './http-provider.ts'
import { compareSdkCall, sdkResponse } from './openai-sdk.ts'
import { openaiUnits } from './openai-units.ts'

const providerFor = (traffic: Traffic) =>
  new OpenAIProvider({ baseUrl: traffic.baseUrl, apiKey: 'key', maxRetries: 0, fetchFile: { fetch: traffic.fetch } })

const factoryOf =
  (Model: typeof OpenAIChatModel | typeof OpenAIResponsesModel): ModelFactory =>
  (record, traffic, profile) =>
    new Model(record.model_name, {
      provider: providerFor(traffic),
      profile,
      settings: readSettings(record.settings),
    })

export const openai: HttpProvider = {
  profileProvider: 'OpenAIProvider',
  factPrefix: 'openai_',
  models: { OpenAIChatModel: factoryOf(OpenAIChatModel), OpenAIResponsesModel: factoryOf(OpenAIResponsesModel) },
  profileOf: modelName => withOpenAIDefaults(resolveProfile(openaiModelProfile(modelName))),
  errorBody: error => ({ error }),
  sdkResponse,
  compareSdkCall,
  units: openaiUnits,
  transformers: { OpenAIJsonSchemaTransformer: openaiJsonSchemaTransformer },
}
