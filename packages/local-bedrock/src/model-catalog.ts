import { parseModelId } from './model-id.ts'

export interface ModelCatalogOptions {
  models?: readonly string[] | 'any'
  profileOnlyModels?: readonly string[]
  inferenceProfiles?: Record<string, string>
}

/** Which model ids exist at this endpoint. */
export class ModelCatalog {
  readonly #models: ReadonlySet<string> | 'any' | undefined
  readonly #profileOnly: readonly string[]
  readonly #profiles: ReadonlyMap<string, string>

  constructor({ models, profileOnlyModels = [], inferenceProfiles = {} }: ModelCatalogOptions) {
    this.#models = typeof models === 'string' || models === undefined ? models : new Set(models)
    this.#profileOnly = profileOnlyModels
    this.#profiles = new Map(Object.entries(inferenceProfiles))
  }

  /** @returns the message of the refusal, or undefined for an id that exists */
  refusalOf(modelId: string): string | undefined {
    if (!this.#exists(modelId)) return 'The provided model identifier is invalid.'
    if (!this.#profileOnly.some(prefix => modelId.startsWith(prefix))) return undefined
    return `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`
  }

  /** The model behind a configured inference profile, else the id itself. */
  baseModelOf(modelId: string): string {
    return this.#profiles.get(modelId) ?? modelId
  }

  #exists(modelId: string): boolean {
    if (this.#models === 'any' || this.#profiles.has(modelId)) return true
    return this.#models ? this.#models.has(modelId) : parseModelId(modelId) !== undefined
  }
}
