import { createHash } from 'node:crypto'
import { AwsError } from './aws-error.ts'
import type { Answer } from './delivery.ts'
import { words } from './quoting-responder/quotes.ts'
import { estimateTextTokens } from './tokens.ts'
import { isJsonObject } from './wire.ts'
import type { JsonObject } from './wire.ts'

interface EmbeddingModel {
  matches: RegExp
  /** default first */
  dimensions: readonly number[]
  /** keys of the body; a leading `!` marks a required one */
  keys: readonly string[]
  answer: (body: JsonObject, dimensions: readonly number[]) => { body: JsonObject; texts: string[] }
}

/** Embedding families over InvokeModel.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html (read 2026-11-20)
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html (read 2026-11-20)
 *  @see https://docs.aws.amazon.com/nova/latest/userguide/embeddings-schema.html (read 2026-11-20) */
const models: readonly EmbeddingModel[] = [
  {
    matches: /amazon\.titan-embed-text-v1|amazon\.titan-embed-g1/,
    dimensions: [1536],
    keys: ['!inputText'],
    answer: titan,
  },
  {
    matches: /amazon\.titan-embed/,
    dimensions: [1024, 512, 384, 256],
    keys: ['!inputText', 'dimensions', 'normalize', 'embeddingTypes'],
    answer: titan,
  },
  {
    matches: /cohere\.embed-v4/,
    dimensions: [1536, 1024, 512, 256],
    keys: ['texts', 'images', 'inputs', '!input_type', 'truncate', 'embedding_types', 'output_dimension', 'max_tokens'],
    answer: cohere,
  },
  {
    matches: /cohere\.embed/,
    dimensions: [1024],
    keys: ['texts', 'images', '!input_type', 'truncate', 'embedding_types'],
    answer: cohere,
  },
  {
    matches: /amazon\.nova.*embed/,
    dimensions: [3072, 1024, 384, 256],
    keys: ['schemaVersion', '!taskType', '!singleEmbeddingParams'],
    answer: nova,
  },
]

/** `POST /model/{modelId}/invoke`, for embedding models only.
 *  @throws {AwsError} ValidationException for another model or a malformed body */
export function invokeEmbedding(modelId: string, body: JsonObject): Answer {
  const model = models.find(({ matches }) => matches.test(modelId))
  if (!model) {
    const families = 'amazon.titan-embed*, cohere.embed*, amazon.nova*embed*'
    throw invalid(`The local endpoint answers InvokeModel for embedding models only (${families}), not for ${modelId}.`)
  }
  checkKeys(body, model.keys)
  const { texts, body: answer } = model.answer(body, model.dimensions)
  const tokens = texts.reduce((sum, text) => sum + estimateTextTokens(text), 0)
  return { body: answer, headers: { 'x-amzn-bedrock-input-token-count': String(tokens) } }
}

const invalid = (message: string): AwsError => new AwsError('ValidationException', message)
const malformed = (what: string): AwsError =>
  invalid(`Malformed input request: ${what}, please reformat your input and try again.`)

function checkKeys(body: JsonObject, keys: readonly string[]): void {
  for (const key of keys) {
    if (key.startsWith('!') && !(key.slice(1) in body)) throw malformed(`#: required key [${key.slice(1)}] not found`)
  }
  const unknown = Object.keys(body).find(key => !keys.includes(key) && !keys.includes(`!${key}`))
  if (unknown !== undefined) throw malformed(`#: extraneous key [${unknown}] is not permitted`)
}

function textOf(value: unknown, path: string): string {
  if (typeof value !== 'string') throw malformed(`#/${path}: expected type: String, found: ${typeof value}`)
  if (value === '') throw malformed(`#/${path}: expected minLength: 1, actual: 0`)
  return value
}

function dimensionOf(value: unknown, allowed: readonly number[], path: string): number {
  if (value === undefined) return allowed[0]!
  const found = allowed.find(item => item === value)
  if (found === undefined) throw malformed(`#/${path}: ${JSON.stringify(value)} is not a valid enum value`)
  return found
}

function titan(body: JsonObject, allowed: readonly number[]) {
  const text = textOf(body['inputText'], 'inputText')
  const dimensions = dimensionOf(body['dimensions'], allowed, 'dimensions')
  const embedding = vectorOf(text, { dimensions, isNormalized: body['normalize'] !== false })
  const byType = { embeddingsByType: { float: embedding } }
  return { texts: [text], body: { embedding, ...byType, inputTextTokenCount: estimateTextTokens(text) } }
}

function cohere(body: JsonObject, allowed: readonly number[]) {
  const { texts } = body
  if (!Array.isArray(texts) || !texts.length) throw malformed('#: required key [texts] not found')
  if (texts.length > 96) throw malformed(`#/texts: expected maximum item count: 96, found: ${texts.length}`)
  const dimensions = dimensionOf(body['output_dimension'], allowed, 'output_dimension')
  const read = texts.map((text, index) => textOf(text, `texts/${index}`))
  const vectors = read.map(text => vectorOf(text, { dimensions, isNormalized: true }))
  const isByType = Array.isArray(body['embedding_types'])
  const id = createHash('sha256').update(read.join('\0')).digest('hex').slice(0, 32)
  const embeddings = isByType ? { float: vectors } : vectors
  const response_type = isByType ? 'embeddings_by_type' : 'embeddings_floats'
  return { texts: read, body: { id, texts: read, embeddings, response_type } }
}

function nova(body: JsonObject, allowed: readonly number[]) {
  if (body['taskType'] !== 'SINGLE_EMBEDDING') {
    throw malformed(`#/taskType: ${JSON.stringify(body['taskType'])} is not a valid enum value`)
  }
  const params = isJsonObject(body['singleEmbeddingParams']) ? body['singleEmbeddingParams'] : {}
  if (!('embeddingPurpose' in params))
    throw malformed('#/singleEmbeddingParams: required key [embeddingPurpose] not found')
  const holder = isJsonObject(params['text']) ? params['text'] : {}
  const text = textOf(holder['value'], 'singleEmbeddingParams/text/value')
  const dimensions = dimensionOf(params['embeddingDimension'], allowed, 'singleEmbeddingParams/embeddingDimension')
  const embedding = vectorOf(text, { dimensions, isNormalized: true })
  return { texts: [text], body: { embeddings: [{ embeddingType: 'TEXT', embedding }] } }
}

/** A vector made of the words of the text (feature hashing): equal text gives an equal vector, and texts that share
 *  words are near each other. It knows nothing of meaning. */
function vectorOf(text: string, options: { dimensions: number; isNormalized: boolean }): number[] {
  const vector = Array.from({ length: options.dimensions }, () => 0)
  const features = words(text)
  for (const feature of features.length ? features : [text]) {
    const digest = createHash('sha256').update(feature).digest()
    for (let offset = 0; offset < 32; offset += 8) {
      const slot = digest.readUInt32LE(offset) % options.dimensions
      vector[slot]! += digest.readUInt32LE(offset + 4) % 2 ? 1 : -1
    }
  }
  const length = Math.hypot(...vector) || 1
  return options.isNormalized ? vector.map(value => value / length) : vector
}
