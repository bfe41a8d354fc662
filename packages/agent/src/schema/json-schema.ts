import type { JsonSchema, JsonValue, MaybePromise } from '../util/json.ts'
import type { RawSchema } from './raw-schema.ts'
import { rawSchema } from './raw-schema.ts'
import { createRawValidator } from './raw-validator.ts'
import type { ValidationResult } from './schema.ts'

/** A JSON Schema you have as data, usable wherever a schema is.
 *  @param schema draft 2020-12, or draft-07 when its `$schema` says so; sent to models as it is
 *  @param validate replaces the built-in check: return the value, changed if you like, or the issues.
 *    Without it a value is checked against the schema; patterns that could be slow on purpose are not applied
 *  @throws {UserError} when the schema cannot be used to validate (references to nowhere, nesting past 200 levels)
 *  @example
 *  const person = jsonSchema<{ name: string }>({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }) */
export function jsonSchema<T = JsonValue>(
  schema: JsonSchema,
  validate?: (value: unknown) => MaybePromise<ValidationResult<T>>,
): RawSchema<T> {
  // what the JSON Schema allows is what the caller says T is
  return rawSchema(schema, validate ?? (createRawValidator(schema) as (value: unknown) => ValidationResult<T>))
}
