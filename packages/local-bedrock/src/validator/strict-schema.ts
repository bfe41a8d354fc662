import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'

/** Keywords refused by structured output, by the type they belong to. `minLength` and `maxLength` are accepted though
 *  the documentation says otherwise (seen live 2026-05-19).
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-11-20) */
const refusedKeywords: { [type: string]: readonly string[] } = {
  number: ['exclusiveMaximum', 'exclusiveMinimum', 'maximum', 'minimum', 'multipleOf'],
  integer: ['exclusiveMaximum', 'exclusiveMinimum', 'maximum', 'minimum', 'multipleOf'],
  array: ['contains', 'maxItems', 'uniqueItems'],
  object: ['maxProperties', 'minProperties', 'patternProperties', 'propertyNames'],
}

const maxDepth = 100

/** The first thing structured output refuses in a schema. */
export function strictSchemaError(schema: unknown, depth = 0): string | undefined {
  if (!isJsonObject(schema)) return undefined
  if (depth > maxDepth) return 'Schema is nested too deeply'
  const { type } = schema
  const types = Array.isArray(type) ? type : [type]
  for (const name of types) {
    const error = typeof name === 'string' ? ownError(name, schema) : undefined
    if (error) return error
  }
  for (const child of childrenOf(schema)) {
    const error = strictSchemaError(child, depth + 1)
    if (error) return error
  }
  return undefined
}

function ownError(type: string, schema: JsonObject): string | undefined {
  const refused = (Object.hasOwn(refusedKeywords, type) ? refusedKeywords[type]! : []).filter(key => key in schema)
  if (refused.length) return `For '${type}' type, properties ${refused.join(', ')} are not supported`
  if (type === 'object' && schema['additionalProperties'] !== false) {
    return `For 'object' type, 'additionalProperties' must be explicitly set to false`
  }
  const minItems = schema['minItems']
  if (type === 'array' && minItems !== undefined && minItems !== 0 && minItems !== 1) {
    return `For 'array' type, 'minItems' values other than 0 or 1 are not supported`
  }
  return undefined
}

function childrenOf(schema: JsonObject): unknown[] {
  const maps = ['properties', '$defs', 'definitions'].flatMap(key => Object.values(Object(schema[key]) as JsonObject))
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap(key => schema[key] ?? [])
  return [...maps, ...lists, schema['items']]
}
