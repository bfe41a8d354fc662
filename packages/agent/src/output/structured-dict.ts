import { UserError } from '../errors/user-error.ts'
import type { RawSchema } from '../schema/raw-schema.ts'
import { rawSchema } from '../schema/raw-schema.ts'
import { inlineDefs } from '../schema/transform/inline-defs.ts'
import { inlineRootRef } from '../schema/transform/inline-root-ref.ts'
import type { JsonObject, JsonSchema } from '../util/json.ts'
import { isPlainObject } from '../util/json.ts'

/** An object whose JSON Schema is only known at run time. The model is shown the schema; the answer is checked to be an object
 *  and nothing more. To have it checked against the schema, use `jsonSchema()`.
 *  @param schema of type `object`; definitions are put in the place of references
 *  @throws {UserError} when the schema is not of type `object`
 *  @example agent({ model, output: structuredDict(schemaFromUser, { name: 'Report' }) }) */
export function structuredDict(
  schema: JsonSchema,
  options: { readonly name?: string; readonly description?: string } = {},
): RawSchema<JsonObject> {
  const inlined = inlineDefs(inlineRootRef(schema))
  if (inlined['type'] !== 'object') {
    throw new UserError(
      `structuredDict() needs a schema of type "object"; this one is of type ${JSON.stringify(inlined['type'])}. ` +
        'Put the value into a property of an object, or use `jsonSchema()`.',
    )
  }
  const { name, description } = options
  const titled = {
    ...inlined,
    ...(name !== undefined && { title: name }),
    ...(description !== undefined && { description }),
  }
  return rawSchema(titled, value =>
    isPlainObject(value)
      ? // the model wrote it, so it is JSON
        { ok: true, value: value as JsonObject }
      : { ok: false, issues: [{ type: 'dict_type', loc: [], msg: 'Expected an object', input: value }] },
  )
}
