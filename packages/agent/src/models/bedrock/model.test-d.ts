import type { ModelSettings } from '../settings.ts'
import type { ModelProfile } from '../profile.ts'
import { BedrockEmbeddingModel } from '../../embeddings/bedrock/index.ts'
import type { Model } from '../model.ts'
import { BedrockConverseModel, BedrockProvider, LatestBedrockModelNames, type BedrockModelName } from './index.ts'

// any name is a model name, the known ones are a literal type of their own
export const anyName: BedrockModelName = 'eu.somebody.something-v9:0'
export const known: LatestBedrockModelNames = 'us.amazon.nova-pro-v1:0'
// @ts-expect-error not one of the known names
export const unknown: LatestBedrockModelNames = 'us.amazon.nova-maximal-v1:0'
export const first: LatestBedrockModelNames | undefined = LatestBedrockModelNames[0]
// @ts-expect-error the list is read-only
LatestBedrockModelNames.push('x')

export const model: Model = new BedrockConverseModel('us.amazon.nova-pro-v1:0', {
  provider: new BedrockProvider({ region: 'us-east-1' }),
})
// @ts-expect-error a provider is an object, not its name
export const byName = new BedrockConverseModel('us.amazon.nova-pro-v1:0', { provider: 'bedrock' })

// settings of Bedrock are settings of every agent
export const settings: ModelSettings = {
  maxTokens: 10,
  bedrockCacheMessages: '1h',
  bedrockServiceTier: { type: 'reserved' },
}
// @ts-expect-error there is no cache of two hours
export const tooLong: ModelSettings = { bedrockCacheMessages: '2h' }
// @ts-expect-error a guardrail has a version
export const versionless: ModelSettings = { bedrockGuardrailConfig: { guardrailIdentifier: 'g' } }
// @ts-expect-error a typing error in a setting's name
export const mistyped: ModelSettings = { bedrockCacheMessage: true }
export const metadata: ModelSettings = { bedrockRequestMetadata: { team: 'search' } }
// @ts-expect-error labels are text
export const numbers: ModelSettings = { bedrockRequestMetadata: { team: 1 } }

// facts of Bedrock are facts of every profile
export const facts: Partial<ModelProfile> = { bedrockSupportsToolChoice: true, bedrockThinkingVariant: 'nova' }
// @ts-expect-error no such variant
export const variant: Partial<ModelProfile> = { bedrockThinkingVariant: 'llama' }

export const keys = new BedrockProvider({ credentials: { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' } })
// @ts-expect-error half a pair
export const half = new BedrockProvider({ credentials: { accessKeyId: 'a' } })
export const renewed = new BedrockProvider({
  credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date() }),
})
// @ts-expect-error a way of signing that does not exist
export const mode = new BedrockProvider({ authMode: 'basic' })

export const embedding = new BedrockEmbeddingModel('cohere.embed-v4:0', {
  settings: { dimensions: 512, bedrockCohereTruncate: 'START' },
})
// @ts-expect-error texts are cut at the start or at the end
export const middle = new BedrockEmbeddingModel('cohere.embed-v4:0', { settings: { bedrockCohereTruncate: 'MIDDLE' } })
