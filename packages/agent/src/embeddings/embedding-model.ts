import type { RequestUsage } from '../usage/usage.ts'
import type { JsonObject, MaybePromise } from '../util/json.ts'

/** What the texts are: many models embed a question otherwise than the passages that answer it. */
export type EmbeddingInputType = 'query' | 'document'

/** Settings all providers share; a provider ignores those it does not know. Provider settings (`bedrockTitanNormalize`, …) are
 *  added by each provider's folder through interface merging. Layers: model < embedder < call; later wins, key by key. */
export interface EmbeddingSettings {
  /** Length of the vectors, where the model lets it be chosen. */
  readonly dimensions?: number
  /** `true`: a text that is too long is cut at its end · `false` (default): it is an error. */
  readonly truncate?: boolean
  /** The whole call, milliseconds. */
  readonly timeoutMs?: number
  readonly extraHeaders?: Readonly<Record<string, string>>
  readonly extraBody?: JsonObject
}

export interface EmbeddingCall {
  readonly inputs: readonly string[]
  readonly inputType: EmbeddingInputType
  readonly settings: EmbeddingSettings
  readonly signal?: AbortSignal
}

export interface EmbeddingResult {
  /** One vector per input, in the order of the inputs. */
  readonly embeddings: readonly (readonly number[])[]
  readonly inputs: readonly string[]
  readonly inputType: EmbeddingInputType
  readonly modelName: string
  readonly providerName: string
  /** RFC 3339. */
  readonly timestamp: string
  readonly usage: RequestUsage
  readonly providerDetails?: JsonObject
  readonly providerResponseId?: string
}

/** A model that turns texts into vectors. Adapters implement this and nothing else. */
export interface EmbeddingModel {
  readonly modelName: string
  /** The provider. */
  readonly system: string
  readonly baseUrl?: string
  readonly settings?: EmbeddingSettings
  /** Test doubles set this: they answer while real requests are forbidden. */
  readonly isTestDouble?: boolean

  /** @throws {ModelHttpError} status ≥ 400 · {ModelConnectionError} · {ModelTimeoutError} · {UnexpectedModelBehavior} */
  embed(call: EmbeddingCall): Promise<EmbeddingResult>

  /** The longest text it takes, in tokens; `undefined`: not known. */
  maxInputTokens?(): MaybePromise<number | undefined>
  countTokens?(text: string, signal?: AbortSignal): Promise<number>
}
