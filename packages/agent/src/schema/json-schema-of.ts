import type { StandardJSONSchemaV1 } from '@standard-schema/spec'
import { UserError } from '../errors/user-error.ts'
import type { JsonSchema } from '../util/json.ts'
import type { Schema } from './schema.ts'
import { mapSchema } from './transform/map-schema.ts'
import { inlineRootRef } from './transform/inline-root-ref.ts'

/** Writes a vendor's schema as JSON Schema: the input side, draft 2020-12. Synchronous. */
export type JsonSchemaConverter = (schema: Schema) => JsonSchema

const converters = new Map<string, JsonSchemaConverter>()

/** Teaches the framework to write the schemas of a vendor that has no JSON Schema of its own.
 *  @param vendor the `~standard.vendor` word of its schemas
 *  @example
 *  import { toJsonSchema } from '@valibot/to-json-schema'
 *  registerJsonSchemaConverter('valibot', schema => toJsonSchema(schema, { typeMode: 'input' })) */
export function registerJsonSchemaConverter(vendor: string, converter: JsonSchemaConverter): void {
  converters.set(vendor, converter)
}

/** The JSON Schema the model is shown for a schema.
 *  @throws {UserError} when it has none, naming what to do */
export function jsonSchemaOf(schema: Schema): JsonSchema {
  const standard: Schema['~standard'] & { readonly jsonSchema?: StandardJSONSchemaV1.Converter } = schema['~standard']
  const convert = standard.jsonSchema ? () => fromStandard(standard.jsonSchema!) : converterOf(schema, standard.vendor)
  if (!convert) throw new UserError(adviceWithoutConverter(standard.vendor))
  let written: JsonSchema
  try {
    written = convert()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UserError(
      `The ${standard.vendor} schema has no JSON Schema form: ${reason}. ` +
        'Use types JSON can hold on the input side, or give the JSON Schema with `jsonSchema(raw, validate)`.',
      { cause },
    )
  }
  return standard.vendor === rawVendor ? written : tidy(written)
}

/** Vendor word of schemas that are JSON Schema already: passed on word for word. */
export const rawVendor = 'json-schema'

function converterOf(schema: Schema, vendor: string): (() => JsonSchema) | undefined {
  const registered = converters.get(vendor)
  return registered && (() => registered(schema))
}

/** A vendor may know only the older draft; the keywords models see hardly differ. */
function fromStandard(converter: StandardJSONSchemaV1.Converter): JsonSchema {
  try {
    return converter.input({ target: 'draft-2020-12' })
  } catch (error) {
    try {
      return converter.input({ target: 'draft-07' })
    } catch {
      throw error
    }
  }
}

function adviceWithoutConverter(vendor: string): string {
  const advice: Record<string, string> = {
    valibot: 'wrap it with `toStandardJsonSchema()` of `@valibot/to-json-schema`',
    zod: 'update zod to 4.2 or later',
  }
  const hint = Object.hasOwn(advice, vendor) ? advice[vendor] : 'use a version of it that has `~standard.jsonSchema`'
  return (
    `A ${vendor} schema cannot tell its JSON Schema, which the model needs: ${hint}, ` +
    `or call \`registerJsonSchemaConverter('${vendor}', schema => …)\` once.`
  )
}

/** Removes what only costs tokens: the draft's address, and the bounds zod gives every integer. */
function tidy(schema: JsonSchema): JsonSchema {
  const { $schema: _, ...root } = schema
  return inlineRootRef(mapSchema(root, node => (hasSafeIntegerBounds(node) ? withoutBounds(node) : node)))
}

const safeBounds: readonly unknown[] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]

function hasSafeIntegerBounds(node: JsonSchema): boolean {
  return node['type'] === 'integer' && (safeBounds.includes(node['minimum']) || safeBounds.includes(node['maximum']))
}

function withoutBounds(node: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => !safeBounds.includes(value)))
}
