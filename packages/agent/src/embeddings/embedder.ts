import { ModelRequestsBlocked, UserError } from '../errors/user-error.ts'
import { areModelRequestsAllowed } from '../models/request-switch.ts'
import type { EmbeddingInputType, EmbeddingModel, EmbeddingResult, EmbeddingSettings } from './embedding-model.ts'

export interface EmbedderOptions {
  readonly model: EmbeddingModel
  readonly settings?: EmbeddingSettings
}

export interface EmbedOptions {
  readonly settings?: EmbeddingSettings
  readonly signal?: AbortSignal
}

/** Turns texts into vectors. */
export interface Embedder {
  readonly model: EmbeddingModel
  /** Embeds what is looked for. */
  embedQuery(query: string | readonly string[], options?: EmbedOptions): Promise<EmbeddingResult>
  /** Embeds what is looked through. */
  embedDocuments(documents: string | readonly string[], options?: EmbedOptions): Promise<EmbeddingResult>
  embed(
    inputs: string | readonly string[],
    inputType: EmbeddingInputType,
    options?: EmbedOptions,
  ): Promise<EmbeddingResult>
  /** The longest text the model takes, in tokens; `undefined`: not known. */
  maxInputTokens(): Promise<number | undefined>
  /** @throws {UserError} when the model cannot count */
  countTokens(text: string, signal?: AbortSignal): Promise<number>
  /** A copy with other options. */
  with(options: Partial<EmbedderOptions>): Embedder
}

/** Makes an embedder.
 *
 *  @example
 *  const embed = embedder({ model: new BedrockEmbeddingModel('amazon.titan-embed-text-v2:0') })
 *  const { embeddings } = await embed.embedDocuments(['Riga', 'Oslo'])
 *  @throws by its methods what `EmbeddingModel.embed` throws, and `ModelRequestsBlocked` */
export function embedder(options: EmbedderOptions): Embedder {
  const { model } = options
  const embed: Embedder['embed'] = async (inputs, inputType, call = {}) => {
    if (model.isTestDouble !== true && !areModelRequestsAllowed()) throw new ModelRequestsBlocked(model.modelName)
    const settings = mergeSettings(model.settings, options.settings, call.settings)
    return model.embed({
      inputs: typeof inputs === 'string' ? [inputs] : inputs,
      inputType,
      settings,
      signal: call.signal,
    })
  }
  return {
    model,
    embed,
    embedQuery: (query, call) => embed(query, 'query', call),
    embedDocuments: (documents, call) => embed(documents, 'document', call),
    maxInputTokens: async () => model.maxInputTokens?.(),
    async countTokens(text, signal) {
      if (model.countTokens === undefined) throw new UserError(`The model \`${model.modelName}\` cannot count tokens.`)
      return model.countTokens(text, signal)
    },
    with: more => embedder({ ...options, ...more }),
  }
}

/** The vector of one input: by its text. `undefined`: it was not embedded. */
export function embeddingOf({ embeddings, inputs }: EmbeddingResult, input: string): readonly number[] | undefined {
  const index = inputs.indexOf(input)
  return index < 0 ? undefined : embeddings[index]
}

function mergeSettings(...layers: readonly (EmbeddingSettings | undefined)[]): EmbeddingSettings {
  const entries = layers.flatMap(layer => Object.entries(layer ?? {}).filter(([, value]) => value !== undefined))
  return Object.fromEntries(entries)
}
