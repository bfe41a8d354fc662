import { AwsError } from '../aws-error.ts'
import { isJsonObject } from '../wire.ts'
import type { ConverseRequest, JsonObject } from '../wire.ts'

/** The types of a Converse body: a name for a scalar, `[x]` for a list, an object for a structure, `any` for a document.
 *  Keys that are not listed are ignored, as the service does. */
type Shape = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'any' | readonly [Shape] | Structure
interface Structure {
  [key: string]: Shape
}

const media: Shape = { format: 'string', name: 'string', source: 'object' }
const cachePoint: Shape = { type: 'string', ttl: 'string' }

const contentBlock: Shape = {
  text: 'string',
  image: media,
  document: media,
  video: media,
  toolUse: { toolUseId: 'string', name: 'string', input: 'any', type: 'string' },
  toolResult: {
    toolUseId: 'string',
    content: [{ text: 'string', json: 'any', image: media, document: media, video: media }],
    status: 'string',
    type: 'string',
  },
  reasoningContent: { reasoningText: { text: 'string', signature: 'string' }, redactedContent: 'string' },
  cachePoint,
  guardContent: 'object',
  citationsContent: 'object',
  searchResult: 'object',
}

const converseShape: Shape = {
  messages: [{ role: 'string', content: [contentBlock] }],
  system: [{ text: 'string', cachePoint, guardContent: 'object' }],
  inferenceConfig: { maxTokens: 'integer', temperature: 'number', topP: 'number', stopSequences: ['string'] },
  toolConfig: {
    tools: [
      {
        toolSpec: { name: 'string', description: 'string', inputSchema: { json: 'any' }, strict: 'boolean' },
        systemTool: { name: 'string' },
        cachePoint,
      },
    ],
    toolChoice: { auto: 'object', any: 'object', tool: { name: 'string' } },
  },
  outputConfig: { textFormat: 'object' },
  additionalModelRequestFields: 'any',
  additionalModelResponseFieldPaths: ['string'],
  guardrailConfig: 'object',
  performanceConfig: { latency: 'string' },
  serviceTier: { type: 'string' },
  requestMetadata: 'object',
  promptVariables: 'object',
}

/** Members that must be there once their structure is. */
const required: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^messages\.\d+$/, ['role', 'content']],
  [/\.toolUse$/, ['toolUseId', 'name', 'input']],
  [/\.toolResult$/, ['toolUseId', 'content']],
  [/^toolConfig$/, ['tools']],
  [/\.toolSpec$/, ['name', 'inputSchema']],
]

const tokens: { [type: string]: string } = {
  string: 'STRING_VALUE',
  number: 'NUMBER_VALUE',
  boolean: 'TRUE_VALUE',
  object: 'START_OBJECT',
}

const targets: { [shape: string]: string } = {
  string: 'String',
  number: 'Float',
  integer: 'Integer',
  boolean: 'Boolean',
  object: 'Structure',
}

/** Reads a body, or says what has the wrong type. From here on rules may trust the types of `ConverseRequest`.
 *  @throws {AwsError} SerializationException for a wrong type, ValidationException for a missing member */
export function readConverseRequest(body: JsonObject): ConverseRequest {
  return { messages: [], ...(conform(body, converseShape, '') as Partial<ConverseRequest>) }
}

/** The value with its types checked; a null member of a structure means an absent one. */
function conform(value: unknown, shape: Shape, path: string): unknown {
  if (shape === 'any') return value
  if (isList(shape)) return conformList(value, shape[0], path)
  if (typeof shape === 'string') {
    if (!isScalar(value, shape)) throw wrongType(value, targets[shape]!)
    return value
  }
  if (!isJsonObject(value)) throw wrongType(value, 'Structure')
  const members = required.find(([pattern]) => pattern.test(path))?.[1] ?? []
  for (const name of members) if (value[name] === undefined || value[name] === null) throw missing(`${path}.${name}`)
  const given = Object.entries(value).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(
    given.map(([key, item]) => {
      const inner = Object.hasOwn(shape, key) ? shape[key]! : 'any'
      return [key, conform(item, inner, path ? `${path}.${key}` : key)]
    }),
  )
}

function conformList(value: unknown, shape: Shape, path: string): unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, 'List')
  return value.map((item, index) => {
    if (item === null) throw missing(`${path}.${index + 1}.member`)
    return conform(item, shape, `${path}.${index}`)
  })
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape)

function isScalar(value: unknown, shape: string): boolean {
  if (shape === 'object') return isJsonObject(value)
  if (shape === 'integer') return Number.isInteger(value)
  return typeof value === shape
}

function wrongType(value: unknown, target: string): AwsError {
  const token = Array.isArray(value) ? 'START_ARRAY' : (tokens[typeof value] ?? 'VALUE')
  const article = /^[AEIO]/.test(target) ? 'an' : 'a'
  return new AwsError('SerializationException', `${token} can not be converted to ${article} ${target}`)
}

function missing(path: string): AwsError {
  const message = `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`
  return new AwsError('ValidationException', message)
}
