import { BedrockEmbeddingModel } from '../../src/embeddings/bedrock/model.ts'
import { BedrockConverseModel } from '../../src/models/bedrock/model.ts'
import { bedrockModelProfile } from '../../src/models/bedrock/profiles.ts'
import { BedrockProvider } from '../../src/models/bedrock/provider.ts'
import { bedrockJsonSchemaTransformer, inlineDefsTransformer } from '../../src/models/bedrock/schema.ts'
import { resolveProfile } from '../../src/models/profile.ts'
import { readSettings } from '../wire/settings.ts'
import { bedrockUnits } from './bedrock-units.ts'
import type { WireRecord } from '../provider-case.ts'
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

/** How boto3 tells an error, as the service sends it. */
function errorBody(error: unknown): unknown {
  const { Code, Message } = (error as { Error?: WireRecord } | undefined)?.Error ?? {}
  return Code === undefined ? error : { __type: Code, message: Message }
}

/** Text is all that the cases without an answer hold. */
function plainAnswer(response: WireRecord): unknown {
  const parts = response['parts'] as readonly WireRecord[]
  const usage = response['usage'] as WireRecord
  const details = response['provider_details'] as WireRecord | null
  if (parts.some(part => part['part_kind'] !== 'text')) return undefined
  const [inputTokens, outputTokens] = [Number(usage['input_tokens']), Number(usage['output_tokens'])]
  return {
    output: { message: { role: 'assistant', content: parts.map(part => ({ text: part['content'] })) } },
    stopReason: details?.['finish_reason'],
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    metrics: { latencyMs: 1 },
  }
}

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
  errorBody,
  plainAnswer,
}
