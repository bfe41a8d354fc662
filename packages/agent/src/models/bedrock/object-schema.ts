import { setKey } from '../../messages/json-value.ts'
import { inlineRootRef } from '../../schema/transform/inline-root-ref.ts'
import { defName, defsOf } from '../../schema/transform/refs.ts'
import { isPlainObject, type JsonSchema } from '../../util/json.ts'

const combining = ['oneOf', 'anyOf', 'allOf'] as const
/** Deeper alternatives of alternatives are left as they are. */
const maxDepth = 20

const known = new WeakMap<JsonSchema, JsonSchema>()

/** The schema of a tool's input as Bedrock takes it: an object, and for Claude no choice between several. Choices become one object
 *  with the properties of all, of which those that all require are required; the description keeps what they were. What the
 *  model sends is validated here against the tool's own schema.
 *  @see https://github.com/aaif-goose/goose/issues/2150 (read 2026-11-23) */
export function objectSchema(schema: JsonSchema): JsonSchema {
  if (schema['type'] === 'object' && combining.every(key => schema[key] === undefined)) return schema
  let object = known.get(schema)
  if (object === undefined) known.set(schema, (object = makeObject(schema)))
  return object
}

function makeObject(schema: JsonSchema): JsonSchema {
  const root = inlineRootRef(schema)
  const shape = shapeOf(root, { defs: defsOf(root), shapes: new Map() }, 0)
  const { oneOf, anyOf, allOf: _, ...rest } = root
  const choices = oneOf ?? anyOf
  const note = choices === undefined ? [] : [`Fits one of these JSON Schemas: ${JSON.stringify(choices)}`]
  const description = [rest['description'], ...note].filter(text => typeof text === 'string' && text !== '')
  return {
    ...rest,
    type: 'object',
    ...(description.length > 0 && { description: description.join('\n\n') }),
    ...(shape.properties.size > 0 && { properties: propertiesOf(shape) }),
    ...(shape.required.size > 0 && { required: [...shape.required] }),
  }
}

/** What an object may and must have. */
interface Shape {
  /** Every schema that a property has somewhere. */
  readonly properties: ReadonlyMap<string, readonly unknown[]>
  readonly required: ReadonlySet<string>
}

const empty: Shape = { properties: new Map(), required: new Set() }

interface Walk {
  readonly defs: ReadonlyMap<string, unknown>
  /** Of definitions that were met: each is looked at once, also one that refers to itself. */
  readonly shapes: Map<string, Shape>
}

function shapeOf(node: unknown, walk: Walk, depth: number): Shape {
  if (!isPlainObject(node) || depth > maxDepth) return empty
  const target = shapeOfRef(defName(node['$ref']), walk, depth)
  const own: Shape = {
    properties: new Map(Object.entries(objectOf(node['properties'])).map(([key, value]) => [key, [value]])),
    required: new Set(listOf(node['required']).filter(key => typeof key === 'string')),
  }
  const shapes = (key: string) => listOf(node[key]).map(each => shapeOf(each, walk, depth + 1))
  const all = [own, target, ...shapes('allOf')].reduce(both)
  const choices = [shapes('oneOf'), shapes('anyOf')].filter(each => each.length > 0)
  return choices.map(each => each.reduce(either)).reduce(both, all)
}

function shapeOfRef(name: string | undefined, walk: Walk, depth: number): Shape {
  if (name === undefined) return empty
  let shape = walk.shapes.get(name)
  if (shape === undefined) {
    walk.shapes.set(name, empty)
    walk.shapes.set(name, (shape = shapeOf(walk.defs.get(name), walk, depth + 1)))
  }
  return shape
}

/** An object that has to fit both. */
function both(a: Shape, b: Shape): Shape {
  return { properties: joined(a, b), required: new Set([...a.required, ...b.required]) }
}

/** An object that fits the one or the other. */
function either(a: Shape, b: Shape): Shape {
  return { properties: joined(a, b), required: new Set([...a.required].filter(key => b.required.has(key))) }
}

function joined(a: Shape, b: Shape): Map<string, readonly unknown[]> {
  const properties = new Map(a.properties)
  for (const [key, schemas] of b.properties) properties.set(key, [...(properties.get(key) ?? []), ...schemas])
  return properties
}

function propertiesOf({ properties }: Shape): JsonSchema {
  const schemas = {}
  for (const [key, all] of properties) {
    const distinct = [...new Map(all.map(each => [JSON.stringify(each), each])).values()]
    setKey(schemas, key, distinct.length === 1 ? distinct[0] : { anyOf: distinct })
  }
  return schemas
}

function objectOf(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}
