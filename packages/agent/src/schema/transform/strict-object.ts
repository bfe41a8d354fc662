import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'

/** Whether a node describes an object with named properties, not a map of foreign keys. */
function isObjectNode(node: JsonSchema): boolean {
  const { type } = node
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isPlainObject(node['properties'])
}

/** Closes an object: no keys but its own. */
export function closeObject(node: JsonSchema): JsonSchema {
  return isObjectNode(node) ? { ...node, additionalProperties: false } : node
}

/** Closes an object and makes every property required: the form OpenAI's strict mode demands. */
export function closeAndRequire(node: JsonSchema): JsonSchema {
  if (!isObjectNode(node)) return node
  const properties = isPlainObject(node['properties']) ? node['properties'] : {}
  return { ...node, properties, additionalProperties: false, required: Object.keys(properties) }
}

/** Whether an object is already in that form. */
export function isClosedAndRequired(node: JsonSchema): boolean {
  if (!isObjectNode(node)) return true
  if (node['additionalProperties'] !== false) return false
  const required = new Set(Array.isArray(node['required']) ? node['required'] : [])
  return Object.keys(isPlainObject(node['properties']) ? node['properties'] : {}).every(key => required.has(key))
}
