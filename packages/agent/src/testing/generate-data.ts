import { isPlainObject } from '../util/json.ts'

type Schema = Readonly<Record<string, unknown>>

const letters = 'abcdefghijklmnopqrstuvwxyz'
const characters = `${letters}${letters.toUpperCase()}0123456789!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`

/** How deep required parts of a recursive schema are followed before the shortest way out is taken. */
const maxDepth = 12

/** The smallest data that fits a JSON Schema, without a model: the same seed gives the same data, another seed other data.
 *  Objects hold their required properties only. `pattern`, `multipleOf` and `not` are not looked at.
 *
 *  @example generateData({ type: 'object', properties: { n: { type: 'integer', minimum: 3 } }, required: ['n'] }) // { n: 3 } */
export function generateData(schema: Schema, seed = 0): unknown {
  return new Generator(schema, seed).generate(schema, 0)
}

class Generator {
  readonly #root: Schema
  readonly #definitions: Schema
  #seed: number

  constructor(schema: Schema, seed: number) {
    this.#root = schema
    this.#definitions = { ...asSchema(schema.definitions), ...asSchema(schema.$defs) }
    this.#seed = seed
  }

  generate(schema: unknown, depth: number): unknown {
    if (!isPlainObject(schema)) return this.#text()
    if ('const' in schema) return schema.const
    const listed = nonEmptyList(schema.enum) ?? nonEmptyList(schema.examples)
    if (listed !== undefined) return this.#pick(listed)
    if (typeof schema.$ref === 'string') return this.generate(this.#resolve(schema.$ref), depth + 1)
    const branches = nonEmptyList(schema.anyOf) ?? nonEmptyList(schema.oneOf)
    if (branches !== undefined) return this.generate(this.#branch(branches, depth), depth + 1)
    const all = nonEmptyList(schema.allOf)
    if (all !== undefined) return this.generate(this.#merge(schema, all), depth + 1)

    const type = typeOf(schema)
    return type === undefined ? this.#text() : this.#byType[type](schema, depth)
  }

  readonly #byType: Readonly<Record<SchemaType, (schema: Schema, depth: number) => unknown>> = {
    object: (schema, depth) => this.#object(schema, depth),
    array: (schema, depth) => this.#array(schema, depth),
    string: schema => this.#string(schema),
    integer: schema => this.#number(schema),
    number: schema => this.#number(schema),
    boolean: () => this.#seed % 2 === 1,
    null: () => null,
  }

  #object(schema: Schema, depth: number): unknown {
    const required = (nonEmptyList(schema.required) ?? []).filter(key => typeof key === 'string')
    const properties = new Map(Object.entries(asSchema(schema.properties)))
    const entries = required.map(key => [key, this.generate(properties.get(key) ?? {}, depth + 1)] as const)
    const { additionalProperties } = schema
    if (!additionalProperties) return Object.fromEntries(entries)

    let key = 'additionalProperty'
    while (properties.has(key)) key += '_'
    return Object.fromEntries([...entries, [key, this.generate(additionalProperties, depth + 1)]])
  }

  #array(schema: Schema, depth: number): unknown {
    const { items, maxItems, minItems = 0, uniqueItems } = schema
    const data = (nonEmptyList(schema.prefixItems) ?? []).map(item => this.generate(item, depth + 1))
    const hasItems = items !== undefined && items !== false && maxItems !== 0
    const wanted = Math.max(Number(minItems), data.length > 0 || !hasItems || depth > maxDepth ? 0 : 1)
    while (data.length < wanted) {
      data.push(this.generate(items ?? {}, depth + 1))
      if (uniqueItems === true) this.#seed += 1
    }
    return data
  }

  #string({ minLength, maxLength, format }: Schema): string {
    if (typeof minLength === 'number' && minLength > 0) return this.#text().repeat(minLength).slice(0, minLength)
    if (maxLength === 0) return ''
    return formats[String(format)]?.(this.#seed) ?? this.#text()
  }

  #number(schema: Schema): number {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
    const low =
      typeof minimum === 'number' ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : undefined
    const high =
      typeof maximum === 'number' ? maximum : typeof exclusiveMaximum === 'number' ? exclusiveMaximum - 1 : undefined
    if (low === undefined) return high === undefined ? this.#seed : high - this.#seed
    if (high === undefined) return low + this.#seed
    return high > low ? low + (this.#seed % (high - low)) : low
  }

  /** One character; a word of them once the seed is beyond the alphabet. */
  #text(): string {
    const base = characters.length
    let text = ''
    for (let rest = Math.floor(this.#seed / base); rest > 0; rest = Math.floor(rest / base)) {
      text += characters[(rest - 1) % base]
    }
    return text + characters[this.#seed % base]
  }

  #pick(list: readonly unknown[]): unknown {
    return list[this.#seed % list.length]
  }

  /** Deep inside a recursive schema, a branch that ends is taken. */
  #branch(branches: readonly unknown[], depth: number): unknown {
    if (depth <= maxDepth) return this.#pick(branches)
    return branches.find(branch => isPlainObject(branch) && branch.$ref === undefined) ?? this.#pick(branches)
  }

  #merge(schema: Schema, all: readonly unknown[]): Schema {
    const { allOf: _, ...own } = schema
    const merged: Record<string, unknown> = {}
    for (const part of [...all.map(item => this.#flat(item)), own]) {
      const properties = { ...asSchema(merged.properties), ...asSchema(part.properties) }
      const required = [...(nonEmptyList(merged.required) ?? []), ...(nonEmptyList(part.required) ?? [])]
      Object.assign(merged, part, { properties, required: [...new Set(required)] })
    }
    return merged
  }

  #flat(schema: unknown): Schema {
    const plain = asSchema(schema)
    return typeof plain.$ref === 'string' ? asSchema(this.#resolve(plain.$ref)) : plain
  }

  #resolve(ref: string): unknown {
    if (ref === '#') return this.#root
    const name = decodeURIComponent(ref.replace(/^#\/(\$defs|definitions)\//, ''))
    return Object.hasOwn(this.#definitions, name) ? this.#definitions[name] : {}
  }
}

const formats: Readonly<Record<string, (seed: number) => string>> = {
  date: seed => dayOf(seed),
  'date-time': seed => `${dayOf(seed)}T00:00:00Z`,
  time: () => '00:00:00Z',
  email: seed => `user${seed}@example.com`,
  uri: seed => `https://example.com/${seed}`,
  uuid: seed => `00000000-0000-4000-8000-${seed.toString(16).padStart(12, '0')}`,
  ipv4: seed => `192.0.2.${seed % 256}`,
  duration: seed => `PT${seed}S`,
}

function dayOf(seed: number): string {
  return new Date(Date.UTC(2024, 0, 1 + seed)).toISOString().slice(0, 10)
}

const schemaTypes = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'] as const
type SchemaType = (typeof schemaTypes)[number]

function typeOf(schema: Schema): SchemaType | undefined {
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type
  return schemaTypes.find(known => known === type)
}

function nonEmptyList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined
}

function asSchema(value: unknown): Schema {
  return isPlainObject(value) ? value : {}
}
