import { parseModelId } from './infer.ts'
import type { Model } from './model.ts'
import type { ProviderModule } from './provider.ts'

/** Every provider, one line each; loaded when it is first used. */
export const providers = registry({
  bedrock: () => import('./bedrock/index.ts'),
  'bedrock-mantle': () => import('./bedrock-mantle/index.ts'),
  test: () => import('../testing/provider.ts'),
})

/** Keeps the names and forgets what else the modules export: a compiler that reads our types would have to read all SDKs. */
function registry<Name extends string>(list: Record<Name, () => Promise<ProviderModule>>) {
  return list
}

export type ProviderName = keyof typeof providers

/** `provider:name`, or `test`. A provider that does not exist does not compile; names are not checked. */
export type ModelId = `${ProviderName}:${string}` | 'test'

const providerNames = Object.keys(providers)

/** One model per id: runs of one agent share its client and its connections. */
const models = new Map<string, Promise<Model>>()

/** Turns a model string into a model, with what the environment says of credentials and regions.
 *  @throws {UserError} there is no such provider, or its configuration cannot work
 *  @throws {MissingPackageError} the vendor's SDK is not installed
 *
 *  @example const model = await resolveModel('bedrock:us.anthropic.claude-sonnet-4-5-20250929-v1:0') */
export function resolveModel(modelId: ModelId | (string & {})): Promise<Model> {
  let model = models.get(modelId)
  if (model === undefined) {
    model = createModel(modelId)
    models.set(modelId, model)
    // a configuration may be mended, so a failure is not kept
    model.catch(() => models.delete(modelId))
  }
  return model
}

async function createModel(modelId: string): Promise<Model> {
  if (modelId === 'test') return (await providers.test()).createModel('test')
  const { provider, modelName } = parseModelId(modelId, providerNames)
  return (await providers[provider as ProviderName]()).createModel(modelName)
}
