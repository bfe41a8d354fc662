import type { JsonSchema } from '../../util/json.ts'
import { inlineDefs } from './inline-defs.ts'
import { mapSchema } from './map-schema.ts'
import { inlineRootRef } from './inline-root-ref.ts'
import { withoutKeys } from './keyword-notes.ts'

/** What a rewrite step knows of the call it serves. */
export interface RewriteContext {
  /** What the caller asked for; `undefined`: strict if the schema allows it. */
  readonly strict: boolean | undefined
  /** Notes that the schema cannot be sent as strict. */
  readonly refuseStrict: () => void
}

/** A provider's demands on JSON Schema, as data. Applied in this order. */
export interface SchemaRewrite {
  readonly name: string
  /** Puts definitions in the place of references; recursive ones stay. Default `false`. */
  readonly inlineDefs?: boolean
  /** Replaces a root that is only a reference. Default `false`. */
  readonly inlineRootRef?: boolean
  /** Removed from every sub-schema (never a property of that name). */
  readonly dropKeys?: readonly string[]
  /** Rewrites one sub-schema whose own sub-schemas are done. */
  readonly node?: (node: JsonSchema, context: RewriteContext) => JsonSchema
  /** `whenAsked`: strict only for `strict: true` · `whenPossible`: also when nothing is asked and no step refused.
   *  Default `whenPossible`. */
  readonly strictness?: 'whenAsked' | 'whenPossible'
}

export interface TransformedSchema {
  readonly schema: JsonSchema
  readonly isStrictCompatible: boolean
}

/** Makes a model profile's `jsonSchemaTransformer` from a provider's demands. Results are kept per schema object. */
export function schemaTransformer(rewrite: SchemaRewrite): {
  readonly name: string
  readonly transform: (schema: JsonSchema, strict: boolean | undefined) => TransformedSchema
} {
  const done = new WeakMap<JsonSchema, Map<boolean | undefined, TransformedSchema>>()
  return {
    name: rewrite.name,
    transform(schema, strict) {
      let perStrictness = done.get(schema)
      if (!perStrictness) done.set(schema, (perStrictness = new Map()))
      let result = perStrictness.get(strict)
      if (!result) perStrictness.set(strict, (result = apply(rewrite, schema, strict)))
      return result
    },
  }
}

function apply(rewrite: SchemaRewrite, schema: JsonSchema, strict: boolean | undefined): TransformedSchema {
  let refused = false
  const context: RewriteContext = {
    strict,
    refuseStrict: () => {
      refused = true
    },
  }
  const dropped = new Set(rewrite.dropKeys)
  let root = rewrite.inlineDefs ? inlineDefs(schema) : schema
  if (rewrite.inlineRootRef) root = inlineRootRef(root)
  root = mapSchema(root, node => {
    const kept = dropped.size === 0 ? node : withoutKeys(node, dropped)
    return rewrite.node ? rewrite.node(kept, context) : kept
  })
  const wanted = strict === true || rewrite.strictness !== 'whenAsked'
  return { schema: root, isStrictCompatible: wanted && !refused }
}
