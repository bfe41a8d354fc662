import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import { mapSchema } from './map-schema.ts'
import { defName, defsOf, refTo, withoutDefs } from './refs.ts'

/** Root schemas made fit to stand inside of another one: their definitions are moved out, to be put under the `$defs`
 *  of the new root. Definitions that are the same are shared; different ones of one name get `_2`, `_3` … */
export function embedSchemas(schemas: readonly JsonSchema[]): {
  readonly bodies: readonly JsonSchema[]
  readonly defs: JsonSchema
} {
  const shared = new SharedDefs()
  const bodies = schemas.map(schema => embed(schema, shared))
  return { bodies, defs: shared.toJson() }
}

/** The new root with the definitions its parts brought along. */
export function withDefs(root: JsonSchema, defs: JsonSchema): JsonSchema {
  return Object.keys(defs).length === 0 ? root : { ...root, $defs: defs }
}

function embed(schema: JsonSchema, shared: SharedDefs): JsonSchema {
  const own = defsOf(schema)
  const body = withoutDefs(schema)
  const names = new Map([...own].map(([name, definition]) => [name, shared.reserve(name, definition)]))
  let rootName: string | undefined
  const nameRoot = () => (rootName ??= shared.reserve(rootNameOf(schema), schema))

  const move = (part: JsonSchema): JsonSchema =>
    mapSchema(part, node => {
      const { $ref } = node
      const name = defName($ref)
      if (name !== undefined) return { ...node, $ref: refTo(names.get(name) ?? name) }
      // `#` and pointers into the root mean the schema that was the root until now
      if (typeof $ref === 'string' && ($ref === '#' || $ref.startsWith('#/'))) {
        return { ...node, $ref: refTo(nameRoot()) + $ref.slice(1) }
      }
      return node
    })

  for (const [name, definition] of own) {
    shared.define(names.get(name)!, isPlainObject(definition) ? move(definition) : definition)
  }
  const moved = move(body)
  if (rootName === undefined) return moved
  shared.define(rootName, moved)
  return { $ref: refTo(rootName) }
}

function rootNameOf(schema: JsonSchema): string {
  const { title } = schema
  return typeof title === 'string' && title !== '' ? title : 'Root'
}

class SharedDefs {
  /** By name: the definition as its owner wrote it, to recognise the same one, and as moved. */
  readonly #entries = new Map<string, { readonly original: string; moved: unknown }>()

  reserve(wanted: string, definition: unknown): string {
    const original = JSON.stringify(definition)
    let name = wanted
    for (let count = 2; ; count++) {
      const taken = this.#entries.get(name)
      if (!taken) this.#entries.set(name, { original, moved: definition })
      if (!taken || taken.original === original) return name
      name = `${wanted}_${count}`
    }
  }

  define(name: string, moved: unknown): void {
    this.#entries.get(name)!.moved = moved
  }

  toJson(): JsonSchema {
    return Object.fromEntries([...this.#entries].map(([name, { moved }]) => [name, moved]))
  }
}
