import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import type { SubSchema } from './map-schema.ts'
import { mapChildren, maxSchemaDepth } from './map-schema.ts'
import { defName, defsOf, withoutDefs } from './refs.ts'
import { usedDefs } from './used-defs.ts'

/** References inlined at most; past that the rest stay references, so that small schemas cannot unfold into huge ones. */
const maxInlined = 5_000

/** Puts every definition in the place of the references to it, for models that do not follow references.
 *  What stands beside a reference wins over the definition. Recursive references stay, with their definitions under `$defs`. */
export function inlineDefs(root: JsonSchema): JsonSchema {
  const defs = defsOf(root)
  if (defs.size === 0) return root
  const open = new Set<string>()
  let inlined = 0

  const inline = (node: SubSchema, depth: number): SubSchema => {
    if (typeof node === 'boolean') return node
    const name = defName(node['$ref'])
    const target = name === undefined ? undefined : defs.get(name)
    if (name === undefined || target === undefined || open.has(name) || ++inlined > maxInlined) {
      return mapChildren(node, child => inline(child, depth + 1), depth)
    }
    const { $ref: _, ...siblings } = node
    if (!isPlainObject(target))
      return Object.keys(siblings).length > 0 ? inline(siblings, depth + 1) : (target as boolean)
    open.add(name)
    const result = inline({ ...target, ...siblings }, Math.min(depth + 1, maxSchemaDepth))
    open.delete(name)
    return result
  }

  return usedDefs(inline(withoutDefs(root), 0) as JsonSchema, defs)
}
