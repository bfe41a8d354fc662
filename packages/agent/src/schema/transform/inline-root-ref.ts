import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import { defName, defsOf, withoutDefs } from './refs.ts'
import { usedDefs } from './used-defs.ts'

/** Puts the definition in place of a root that is only a reference to it: models and providers expect
 *  `type: 'object'` at the top. The definition stays as long as something else refers to it. */
export function inlineRootRef(root: JsonSchema): JsonSchema {
  const name = defName(root['$ref'])
  const target = name === undefined ? undefined : defsOf(root).get(name)
  if (!isPlainObject(target)) return root
  const { $ref: _, ...siblings } = withoutDefs(root)
  return usedDefs({ ...target, ...siblings }, defsOf(root))
}
