import type { JsonSchema } from '../../util/json.ts'

export function withoutKeys(node: JsonSchema, keys: ReadonlySet<string>): JsonSchema {
  return Object.fromEntries(Object.entries(node).filter(([key]) => !keys.has(key)))
}

/** Moves keywords a provider refuses into the description, so that the model still reads them:
 *  `… (minimum=0, maximum=9)`. */
export function keywordsToDescription(node: JsonSchema, keys: ReadonlySet<string>): JsonSchema {
  const moved = Object.entries(node).filter(([key]) => keys.has(key))
  if (moved.length === 0) return node
  const note = moved
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
  const { description } = node
  return {
    ...withoutKeys(node, keys),
    description: typeof description === 'string' && description !== '' ? `${description} (${note})` : note,
  }
}
