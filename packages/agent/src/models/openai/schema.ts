import { UserError } from '../../errors/user-error.ts'
import { keywordsToDescription } from '../../schema/transform/keyword-notes.ts'
import { mapSchema } from '../../schema/transform/map-schema.ts'
import { defName, defsOf, withoutDefs } from '../../schema/transform/refs.ts'
import { schemaTransformer, type RewriteContext } from '../../schema/transform/schema-transformer.ts'
import { closeAndRequire, isClosedAndRequired } from '../../schema/transform/strict-object.ts'
import { isPlainObject, type JsonSchema } from '../../util/json.ts'
import type { JsonSchemaTransformer } from '../profile.ts'

/** Keywords that OpenAI's strict mode refuses.
 *  @see https://platform.openai.com/docs/guides/structured-outputs#supported-schemas */
const refusedKeywords = [
  'minLength',
  'maxLength',
  'patternProperties',
  'unevaluatedProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
]
const knownFormats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
])

const fitSchema = schemaTransformer({
  name: 'openai',
  dropKeys: ['title', '$schema', 'discriminator'],
  node: (node, context) => fitNode(node, context),
})

/** Any of these says what a value is. */
const typeWords = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const']
/** `(?=`, `(?!`, `(?<=`, `(?<!` */
const lookaround = /(?<!\\)(?:\\\\)*\(\?<?[=!]/

/** Closes objects and infers whether a schema may be sent as strict; `strict: true` makes it fit, with every property required.
 *  @throws {UserError} strict is demanded of a list whose items may be anything */
export const openaiJsonSchemaTransformer: JsonSchemaTransformer = {
  name: fitSchema.name,
  transform: (schema, strict) => fitSchema.transform(withOwnRoot(schema), strict),
}

const rooted = new WeakMap<JsonSchema, JsonSchema>()

/** The root must be an object itself. A definition that stands for it is put in its place, and references to it become `#`. */
function withOwnRoot(schema: JsonSchema): JsonSchema {
  const name = defName(schema['$ref'])
  const defs = defsOf(schema)
  if (name === undefined || !isPlainObject(defs.get(name))) return schema
  let root = rooted.get(schema)
  if (root === undefined) {
    const toRoot = (node: JsonSchema) => (defName(node['$ref']) === name ? { ...node, $ref: '#' } : node)
    const { $ref: _, ...siblings } = withoutDefs(schema)
    const $defs = Object.fromEntries(
      [...defs].map(([key, value]) => [key, isPlainObject(value) ? mapSchema(value, toRoot) : value]),
    )
    root = { ...siblings, ...($defs[name] as JsonSchema), $defs }
    rooted.set(schema, root)
  }
  return root
}

function fitNode(node: JsonSchema, context: RewriteContext): JsonSchema {
  const steps = [fitDefault, fitReference, fitKeywords, fitOneOf, fitArray, fitObject]
  return steps.reduce((result, step) => step(result, context), node)
}

function fitDefault(node: JsonSchema, { strict, refuseStrict }: RewriteContext): JsonSchema {
  if (!('default' in node)) return node
  if (strict !== true) {
    refuseStrict()
    return node
  }
  const { default: _, ...rest } = node
  return rest
}

/** Nothing may stand beside a reference, but beside an `anyOf` it may. */
function fitReference(node: JsonSchema): JsonSchema {
  const { $ref, ...siblings } = node
  return $ref === undefined || Object.keys(siblings).length === 0 ? node : { ...siblings, anyOf: [{ $ref }] }
}

function fitKeywords(node: JsonSchema, { strict, refuseStrict }: RewriteContext): JsonSchema {
  const refused = refusedKeywords.filter(key => key in node)
  if (node['format'] !== undefined && !knownFormats.has(node['format'])) refused.push('format')
  if (typeof node['pattern'] === 'string' && lookaround.test(node['pattern'])) refused.push('pattern')
  if (refused.length === 0) return node
  if (strict === true) return noted(node, refused)
  refuseStrict()
  return node
}

/** The notes stand in the order of `keys`, however the schema was written: prompts that differ miss the cache. */
function noted(node: JsonSchema, keys: readonly string[]): JsonSchema {
  const moved = new Set(keys)
  const kept = Object.entries(node).filter(([key]) => !moved.has(key))
  return keywordsToDescription(Object.fromEntries([...kept, ...keys.map(key => [key, node[key]])]), moved)
}

function fitOneOf(node: JsonSchema, { strict, refuseStrict }: RewriteContext): JsonSchema {
  if (!('oneOf' in node)) return node
  if (strict !== true) {
    refuseStrict()
    return node
  }
  const { oneOf, ...rest } = node
  return { ...rest, anyOf: oneOf }
}

/** Strict mode has to know what a list holds. */
function fitArray(node: JsonSchema, { strict, refuseStrict }: RewriteContext): JsonSchema {
  const { items } = node
  if (!isPlainObject(items) || typeWords.some(word => word in items)) return node
  if (strict === true) {
    throw new UserError(
      'OpenAI takes no strict schema with a list of anything. Say what its items are, or leave `strict` out.',
    )
  }
  refuseStrict()
  return node
}

/** The API drops objects that name no properties, so they get an empty list. */
function fitObject(node: JsonSchema, { strict, refuseStrict }: RewriteContext): JsonSchema {
  if (node['type'] !== 'object') return node
  const named = node['properties'] === undefined ? { ...node, properties: {} } : node
  if (strict === true) return closeAndRequire(named)
  if (strict === false) return named
  const isOpen = named['additionalProperties'] !== undefined && named['additionalProperties'] !== false
  const closed = isOpen ? named : { ...named, additionalProperties: false }
  if (!('required' in closed) || !isClosedAndRequired(closed)) refuseStrict()
  return closed
}
