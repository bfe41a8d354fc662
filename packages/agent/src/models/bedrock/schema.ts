import { keywordsToDescription } from '../../schema/transform/keyword-notes.ts'
import { schemaTransformer } from '../../schema/transform/schema-transformer.ts'
import { closeObject } from '../../schema/transform/strict-object.ts'
import type { JsonSchema } from '../../util/json.ts'

/** Keywords that Bedrock's constrained decoding refuses. Limits on string length are taken, whatever the page says.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html (read 2026-08-22) */
const refusedByNumbers = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'])
const refusedByArrays = new Set(['maxItems'])
const refusedByArraysAboveOne = new Set(['maxItems', 'minItems'])

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
  if (node['type'] === 'number' || node['type'] === 'integer') return keywordsToDescription(node, refusedByNumbers)
  if (node['type'] === 'array') {
    const minItems = node['minItems']
    const isAboveOne = typeof minItems === 'number' && minItems > 1
    return keywordsToDescription(node, isAboveOne ? refusedByArraysAboveOne : refusedByArrays)
  }
  return closeObject(node)
}
