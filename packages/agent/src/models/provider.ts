import type { MaybePromise } from '../util/json.ts'
import type { Model } from './model.ts'

/** What a provider's folder exports for the registry: how `provider:name` becomes a model. */
export interface ProviderModule {
  /** @throws {UserError} for a configuration that cannot work (region missing, wrong model kind)
   *  @throws {MissingPackageError} when the vendor's SDK is not installed */
  createModel(modelName: string): MaybePromise<Model>
}

/** Turns a model string into a model. The loop takes one of these and never knows the registry. */
export type ModelResolver = (modelId: string) => MaybePromise<Model>
