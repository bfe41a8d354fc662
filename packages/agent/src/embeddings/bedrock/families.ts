import { UserError } from '../../errors/user-error.ts'
import { parseModelId } from '../../models/bedrock/model-id.ts'
import type { JsonObject } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import type { EmbeddingInputType, EmbeddingSettings } from '../embedding-model.ts'

/** How one family of embedding models is asked and answers, over `InvokeModel`. */
export interface EmbeddingFamily {
  /** Model ids, without geography, begin with this. */
  readonly prefix: string
  /** Several texts go into one request, at most this many. */
  readonly batchSize: number
  /** By the rest of the model id; the first that fits. */
  readonly maxInputTokens: readonly (readonly [pattern: RegExp, tokens: number])[]
  body(texts: readonly string[], call: FamilyCall): JsonObject
  /** The vectors of an answer; `undefined`: it has none. */
  vectors(answer: unknown): readonly (readonly number[])[] | undefined
  /** The vendor's id of the answer. */
  responseId?(answer: unknown): string | undefined
}

export interface FamilyCall {
  /** Without geography. */
  readonly baseId: string
  readonly inputType: EmbeddingInputType
  readonly settings: EmbeddingSettings
}

/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html (read 2026-08-22) */
const titan: EmbeddingFamily = {
  prefix: 'amazon.titan-embed',
  batchSize: 1,
  maxInputTokens: [[/./, 8192]],
  body([inputText = ''], { baseId, settings: { dimensions, bedrockTitanNormalize = true } }) {
    // the first version has one length and no normalisation, and refuses both words
    if (baseId.includes('-v1')) return { inputText }
    return { inputText, ...(dimensions !== undefined && { dimensions }), normalize: bedrockTitanNormalize }
  },
  vectors: answer => (isPlainObject(answer) ? oneVector(answer['embedding']) : undefined),
}

/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html (read 2026-08-22) */
const cohere: EmbeddingFamily = {
  prefix: 'cohere.embed',
  batchSize: 96,
  maxInputTokens: [
    [/embed-v4/, 128_000],
    [/./, 512],
  ],
  body(texts, { baseId, inputType, settings }) {
    const isV4 = baseId.includes('embed-v4')
    const { bedrockCohereMaxTokens, dimensions } = settings
    return {
      texts,
      input_type: settings.bedrockCohereInputType ?? (inputType === 'query' ? 'search_query' : 'search_document'),
      ...(isV4 && bedrockCohereMaxTokens !== undefined && { max_tokens: bedrockCohereMaxTokens }),
      ...(isV4 && dimensions !== undefined && { output_dimension: dimensions }),
      truncate: settings.bedrockCohereTruncate ?? (settings.truncate === true ? 'END' : 'NONE'),
    }
  },
  vectors(answer) {
    const embeddings = isPlainObject(answer) ? answer['embeddings'] : undefined
    return vectorList(isPlainObject(embeddings) ? embeddings['float'] : embeddings)
  },
  responseId: answer => (isPlainObject(answer) && typeof answer['id'] === 'string' ? answer['id'] : undefined),
}

/** @see https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html (read 2026-08-22) */
const nova: EmbeddingFamily = {
  prefix: 'amazon.nova',
  batchSize: 1,
  maxInputTokens: [[/./, 8192]],
  body([value = ''], { inputType, settings }) {
    const truncationMode = settings.bedrockNovaTruncate ?? (settings.truncate === true ? 'END' : 'NONE')
    return {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose:
          settings.bedrockNovaEmbeddingPurpose ?? (inputType === 'query' ? 'GENERIC_RETRIEVAL' : 'GENERIC_INDEX'),
        text: { value, truncationMode },
        ...(settings.dimensions !== undefined && { embeddingDimension: settings.dimensions }),
      },
    }
  },
  vectors(answer) {
    const list = isPlainObject(answer) ? answer['embeddings'] : undefined
    return Array.isArray(list) && isPlainObject(list[0]) ? oneVector(list[0]['embedding']) : undefined
  },
}

const families = [titan, cohere, nova]

/** @throws {UserError} for a model that is no embedding model we know */
export function embeddingFamily(modelName: string): { family: EmbeddingFamily; baseId: string } {
  const { baseId } = parseModelId(modelName)
  const family = families.find(({ prefix }) => baseId.startsWith(prefix))
  if (family !== undefined) return { family, baseId }
  throw new UserError(
    `\`${modelName}\` is no known embedding model of Bedrock: those begin with ${families.map(({ prefix }) => `\`${prefix}\``).join(', ')}. ` +
      'For an inference profile give the name of the model, and the ARN as the setting `bedrockInferenceProfile`.',
  )
}

function oneVector(value: unknown): number[][] | undefined {
  return vectorList([value])
}

function vectorList(value: unknown): number[][] | undefined {
  const isList = Array.isArray(value) && value.every(vector => Array.isArray(vector) && vector.length > 0)
  return isList ? (value as number[][]) : undefined
}
