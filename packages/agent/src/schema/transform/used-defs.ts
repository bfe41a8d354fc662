import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import { mapSchema } from './map-schema.ts'
import { defName, refTo, withoutDefs } from './refs.ts'

/** The schema with those of the definitions, directly or through others, that it refers to; all under `$defs`. */
export function usedDefs(root: JsonSchema, defs: ReadonlyMap<string, unknown>): JsonSchema {
  const waiting: string[] = []
  const body = collectRefs(withoutDefs(root), waiting)
  const used = new Map<string, unknown>()
  // the list grows while definitions name further ones
  for (const name of waiting) {
    if (used.has(name) || !defs.has(name)) continue
    const definition = defs.get(name)
    used.set(name, undefined)
    used.set(name, isPlainObject(definition) ? collectRefs(definition, waiting) : definition)
  }
  return used.size === 0 ? body : { ...body, $defs: Object.fromEntries(used) }
}

/** Notes the names a schema refers to and writes every reference in its modern form. */
function collectRefs(schema: JsonSchema, names: string[]): JsonSchema {
  return mapSchema(schema, node => {
    const name = defName(node['$ref'])
    if (name === undefined) return node
    names.push(name)
    return { ...node, $ref: refTo(name) }
  })
}
