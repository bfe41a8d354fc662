import type {
  EmbeddingCall,
  EmbeddingModel,
  EmbeddingResult,
  EmbeddingSettings,
} from '../embeddings/embedding-model.ts'
import { requestUsage } from '../usage/usage.ts'
import { uuidV7 } from '../util/ids.ts'
import { estimateTokens } from './estimate-usage.ts'

export interface TestEmbeddingModelOptions {
  /** Default `'test'`. */
  readonly modelName?: string
  /** Default `'test'`. */
  readonly providerName?: string
  /** Length of the vectors when no setting gives it. Default 8. */
  readonly dimensions?: number
  readonly settings?: EmbeddingSettings
}

/** An embedding model for tests: every vector is all ones. Keeps the settings of its last call.
 *
 *  @example
 *  const { embeddings } = await embedder({ model: new TestEmbeddingModel() }).embedQuery('Riga') // [[1, 1, 1, 1, 1, 1, 1, 1]] */
export class TestEmbeddingModel implements EmbeddingModel {
  readonly modelName: string
  readonly system: string
  readonly settings: EmbeddingSettings | undefined
  readonly isTestDouble = true
  lastSettings: EmbeddingSettings | undefined
  readonly #dimensions: number

  constructor(options: TestEmbeddingModelOptions = {}) {
    this.modelName = options.modelName ?? 'test'
    this.system = options.providerName ?? 'test'
    this.settings = options.settings
    this.#dimensions = options.dimensions ?? 8
  }

  async embed({ inputs, inputType, settings }: EmbeddingCall): Promise<EmbeddingResult> {
    this.lastSettings = settings
    const dimensions = settings.dimensions ?? this.#dimensions
    return {
      embeddings: inputs.map(() => Array.from({ length: dimensions }, () => 1)),
      inputs,
      inputType,
      modelName: this.modelName,
      providerName: this.system,
      timestamp: new Date().toISOString(),
      usage: requestUsage({ inputTokens: inputs.reduce((sum, input) => sum + estimateTokens(input), 0) }),
      providerResponseId: uuidV7(),
    }
  }

  maxInputTokens(): number {
    return 1024
  }

  async countTokens(text: string): Promise<number> {
    return estimateTokens(text)
  }
}
