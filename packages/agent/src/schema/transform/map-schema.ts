import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'

/** Keywords whose value is one sub-schema, a list of them, or a map of them by foreign names. */
const oneSchema = new Set([
  'items',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
])
const schemaList = new Set(['prefixItems', 'items', 'allOf', 'anyOf', 'oneOf'])
const schemaMap = new Set([
  '$defs',
  'definitions',
  'properties',
  'patternProperties',
  'dependentSchemas',
  'dependencies',
])

/** A sub-schema may be `true` (anything) or `false` (nothing). */
export type SubSchema = JsonSchema | boolean

/** How deep schemas may nest. Deeper ones come from a mistake or from someone hostile. */
export const maxSchemaDepth = 200

/** Rebuilds a schema from its leaves up: `change` sees every object sub-schema after its own sub-schemas were changed.
 *  Values that are data (`const`, `enum`, `default`, `examples`) are not entered. The input stays as it was.
 *  @throws {RangeError} past `maxSchemaDepth` levels */
export function mapSchema<T extends SubSchema = JsonSchema>(schema: JsonSchema, change: (node: JsonSchema) => T): T {
  return mapNode(schema, change, 0)
}

function mapNode<T extends SubSchema>(node: JsonSchema, change: (node: JsonSchema) => T, depth: number): T {
  return change(mapChildren(node, child => (isPlainObject(child) ? mapNode(child, change, depth + 1) : child), depth))
}

/** A copy of one node with its direct sub-schemas replaced. `depth` guards callers that recurse. */
export function mapChildren(node: JsonSchema, change: (child: SubSchema) => SubSchema, depth = 0): JsonSchema {
  if (depth > maxSchemaDepth) throw new RangeError(`The JSON Schema is nested deeper than ${maxSchemaDepth} levels.`)
  // entries, not assignment: a property may be called `__proto__`
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapKeyword(key, value, change)]))
}

function mapKeyword(key: string, value: unknown, change: (child: SubSchema) => SubSchema): unknown {
  if (schemaList.has(key) && Array.isArray(value)) return value.map(item => (isSubSchema(item) ? change(item) : item))
  if (schemaMap.has(key) && isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, sub]) => [name, isSubSchema(sub) ? change(sub) : sub]))
  }
  return oneSchema.has(key) && isSubSchema(value) ? change(value) : value
}

function isSubSchema(value: unknown): value is SubSchema {
  return typeof value === 'boolean' || isPlainObject(value)
}
