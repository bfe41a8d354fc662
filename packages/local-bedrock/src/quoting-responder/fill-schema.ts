import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import { words } from './quotes.ts'
import type { Quote } from './quotes.ts'

/** All that may be said in a structured answer. */
export interface Facts {
  question: string
  answer: string
  quotes: Quote[]
  /** 0 to 1 */
  overlap: number
}

/** A value that fits the JSON Schema and says nothing the facts do not: strings are the answer (or a source or title
 *  where the property's name asks for one), lists of sources are the quoted sources, numbers are the overlap or the
 *  least allowed value, enums the member nearest to the answer.
 *  A `pattern` cannot be met by quoting: the value then comes from `default` or `examples` when there is one. */
export function fillSchema(schema: unknown, facts: Facts): unknown {
  return fill(schema, { facts, name: '', root: isJsonObject(schema) ? schema : {}, depth: 0 })
}

interface Context {
  facts: Facts
  /** the property being filled */
  name: string
  root: JsonObject
  depth: number
}

/** Recursive schemas end here; deeper values are null. */
const maxDepth = 20

function fill(given: unknown, context: Context): unknown {
  if (context.depth > maxDepth) return null
  const schema = isJsonObject(given) ? resolve(given, context.root) : {}
  const deeper = { ...context, depth: context.depth + 1 }
  if ('const' in schema) return schema['const']
  if (Array.isArray(schema['enum'])) return nearest(schema['enum'], context.facts)
  if ('default' in schema) return schema['default']
  if (Array.isArray(schema['allOf'])) return fill(merge(schema, schema['allOf'], context.root), deeper)
  const variants = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(variants)) return fill(variants.find(item => !isNull(item)) ?? null, deeper)
  const type = typeOf(schema)
  const filler = type !== undefined && Object.hasOwn(fillers, type) ? fillers[type] : undefined
  return (filler ?? fillString)(schema, deeper)
}

const isNull = (schema: unknown): boolean => isJsonObject(schema) && schema['type'] === 'null'

function resolve(schema: JsonObject, root: JsonObject): JsonObject {
  let current = schema
  for (let hops = 0; hops < maxDepth && typeof current['$ref'] === 'string'; hops++) {
    const path = current['$ref'].replace(/^#\/?/, '').split('/').filter(Boolean)
    let target: unknown = root
    for (const step of path) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      target = isJsonObject(target) && Object.hasOwn(target, key) ? target[key] : undefined
    }
    if (!isJsonObject(target)) return {}
    const { $ref: _, ...siblings } = current
    current = { ...target, ...siblings }
  }
  return current
}

function merge(schema: JsonObject, parts: readonly unknown[], root: JsonObject): JsonObject {
  const { allOf: _, ...own } = schema
  const all = [own, ...parts.filter(isJsonObject).map(part => resolve(part, root))]
  const properties = Object.assign({}, ...all.map(part => part['properties'])) as JsonObject
  const required = all.flatMap(part => (Array.isArray(part['required']) ? (part['required'] as unknown[]) : []))
  return { ...Object.assign({}, ...all), properties, required }
}

function typeOf(schema: JsonObject): string | undefined {
  const { type } = schema
  if (typeof type === 'string') return type
  if (Array.isArray(type)) return type.find(item => item !== 'null') ?? 'null'
  if (isJsonObject(schema['properties'])) return 'object'
  return 'items' in schema ? 'array' : undefined
}

const fillers: { [type: string]: (schema: JsonObject, context: Context) => unknown } = {
  object: fillObject,
  array: fillArray,
  string: fillString,
  number: fillNumber,
  integer: (schema, context) => Math.ceil(Number(fillNumber(schema, context))),
  boolean: (_schema, { name, facts }) => /found|answer|success|relevant|support/i.test(name) && facts.overlap > 0,
  null: () => null,
}

const sourceNames = /source|citation|reference|url|uri|link|path|file|document/i
const knownNames = /answer|text|summary|title|quote|confidence|score/i

function fillObject(schema: JsonObject, context: Context): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {}
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  const wanted = Object.keys(properties).filter(
    name => required.has(name) || sourceNames.test(name) || knownNames.test(name),
  )
  return Object.fromEntries(wanted.map(name => [name, fill(properties[name], { ...context, name })]))
}

function fillArray(schema: JsonObject, context: Context): unknown[] {
  const { facts, name } = context
  if (Array.isArray(schema['prefixItems'])) return schema['prefixItems'].map(item => fill(item, context))
  const items = isJsonObject(schema['items']) ? resolve(schema['items'], context.root) : {}
  const quotes = sourceNames.test(name) ? oneForEachSource(facts.quotes) : facts.quotes
  const isQuotable = typeOf(items) === 'string' || sourceNames.test(name) || /quote|passage|excerpt/i.test(name)
  const values = (isQuotable ? quotes : []).map(quote => {
    return fill(items, { ...context, facts: { ...facts, answer: quote.text, quotes: [quote] } })
  })
  const least = Math.min(limit(schema['minItems'], 0), 1000)
  while (values.length < least) values.push(fill(items, context))
  return values.slice(0, limit(schema['maxItems'], Infinity))
}

function oneForEachSource(quotes: readonly Quote[]): Quote[] {
  return [...new Map(quotes.toReversed().map(quote => [quote.source, quote])).values()].toReversed()
}

const formats = new Map([
  ['date', '1970-01-01'],
  ['time', '00:00:00Z'],
  ['date-time', '1970-01-01T00:00:00Z'],
  ['duration', 'PT0S'],
  ['email', 'nobody@example.invalid'],
  ['uuid', '00000000-0000-0000-0000-000000000000'],
  ['ipv4', '0.0.0.0'],
])

function fillString(schema: JsonObject, { facts, name }: Context): string {
  const [quote] = facts.quotes
  const { format } = schema
  const examples = Array.isArray(schema['examples']) ? schema['examples'] : []
  const text = (): string => {
    if (typeof format === 'string' && formats.has(format)) return formats.get(format)!
    if (format === 'uri' || format === 'url') return asUri(quote?.source)
    if ('pattern' in schema && typeof examples[0] === 'string') return examples[0]
    if (/question|query/i.test(name)) return facts.question
    if (sourceNames.test(name)) return quote?.source ?? ''
    if (/title/i.test(name)) return quote?.title ?? quote?.source ?? ''
    return facts.answer
  }
  return text()
    .slice(0, limit(schema['maxLength'], Infinity))
    .padEnd(Math.min(limit(schema['minLength'], 0), 10_000), '.')
}

function asUri(source: string | undefined): string {
  if (source === undefined) return 'about:blank'
  return URL.canParse(source) ? source : `file:///${encodeURI(source.replace(/^\/+/, ''))}`
}

function fillNumber(schema: JsonObject, { facts, name }: Context): number {
  const above = limit(schema['exclusiveMinimum'], -Infinity) + (schema['type'] === 'integer' ? 1 : 0.01)
  const below = limit(schema['exclusiveMaximum'], Infinity) - (schema['type'] === 'integer' ? 1 : 0.01)
  const lowest = limit(schema['minimum'], above)
  const highest = limit(schema['maximum'], below)
  const wish = (): number => {
    if (/confidence|score|probab|certain|relevan/i.test(name)) {
      // a scale that ends at 5, 10 or 100 wants that share of it
      return facts.overlap * (highest > 1 && highest < Infinity ? highest : 1)
    }
    return /count|total|number/i.test(name) ? facts.quotes.length : 0
  }
  const rounded = Math.round(wish() * 100) / 100
  const value = Math.min(Math.max(rounded, lowest), highest)
  const step = limit(schema['multipleOf'], 0)
  return step > 0 ? Math.ceil(value / step) * step : value
}

const limit = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback)

/** The member that shares most words with the answer and the question; the first when none does. */
function nearest(members: readonly unknown[], facts: Facts): unknown {
  const said = new Set(words(`${facts.answer} ${facts.question}`))
  const scoreOf = (member: unknown) => words(String(member)).filter(word => said.has(word)).length
  return members.reduce<unknown>((best, member) => (scoreOf(member) > scoreOf(best) ? member : best), members[0])
}
