import { resolveModel, type ModelId } from './providers.ts'

export const known: readonly ModelId[] = [
  'test',
  'test:any name',
  'bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0',
]

// @ts-expect-error a typo in the provider does not compile
export const typo: ModelId = 'berock:amazon.nova-lite-v1:0'

// @ts-expect-error nor does a name without a provider
export const bare: ModelId = 'amazon.nova-lite-v1:0'

/** A text that is only known at run time is taken, and checked then. */
export const fromConfiguration = (modelId: string) => resolveModel(modelId)
