import { keywordsToDescription } from '../../schema/transform/keyword-notes.ts'
import { schemaTransformer } from '../../schema/transform/schema-transformer.ts'
import { closeObject } from '../../schema/transform/strict-object.ts'
import type { JsonSchema } from '../../util/json.ts'

/** Keywords that Bedrock's constrained decoding refuses. Limits on string length are taken, whatever the page says.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-08-22) */
const refusedByNumbers = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const refusedByArrays = ['maxItems']
const refusedByArraysAboveOne = ['maxItems', 'minItems']

/** Closes objects and moves refused keywords into descriptions, when strict output is asked for. */
export const bedrockJsonSchemaTransformer = schemaTransformer({
  name: 'bedrock',
  dropKeys: ['title', '$schema'],
  strictness: 'whenAsked',
  node: (node, { strict }) => (strict === true ? strictNode(node) : node),
})

/** For families that follow no references. */
export const inlineDefsTransformer = schemaTransformer({ name: 'inline-defs', inlineDefs: true })

function strictNode(node: JsonSchema): JsonSchema {
  if (node['type'] === 'number' || node['type'] === 'integer') return noted(node, refusedByNumbers)
  if (node['type'] === 'array') {
    const minItems = node['minItems']
    const isAboveOne = typeof minItems === 'number' && minItems > 1
    return noted(node, isAboveOne ? refusedByArraysAboveOne : refusedByArrays)
  }
  return closeObject(node)
}

/** Always in the same order, however the schema was written: prompts that differ miss the cache. */
function noted(node: JsonSchema, keys: readonly string[]): JsonSchema {
  const present = keys.filter(key => node[key] !== undefined)
  if (present.length === 0) return node
  const ordered = { ...node }
  for (const key of present) delete ordered[key]
  for (const key of present) ordered[key] = node[key]
  return keywordsToDescription(ordered, new Set(present))
}
