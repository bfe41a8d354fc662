import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonSchema, MaybePromise } from '../util/json.ts'
import { isPromiseLike } from '../util/json.ts'
import { rawVendor } from './json-schema-of.ts'
import type { ValidationResult } from './schema.ts'

/** A schema whose JSON Schema was written by hand or came from elsewhere. */
export interface RawSchema<T> {
  readonly '~standard': StandardSchemaV1.Props<T, T> & StandardJSONSchemaV1.Props<T, T>
}

/** Any schema as a Standard Schema; `validate` decides alone what passes. */
export function rawSchema<T>(
  schema: JsonSchema,
  validate: (value: unknown) => MaybePromise<ValidationResult<T>>,
): RawSchema<T> {
  const written = () => ({ ...schema })
  return {
    '~standard': {
      version: 1,
      vendor: rawVendor,
      jsonSchema: { input: written, output: written },
      validate(value) {
        const result = validate(value)
        return isPromiseLike(result) ? Promise.resolve(result).then(toStandard) : toStandard(result)
      },
    },
  }
}

function toStandard<T>(result: ValidationResult<T>): StandardSchemaV1.Result<T> {
  return result.ok
    ? { value: result.value }
    : { issues: result.issues.map(item => ({ message: item.msg, path: item.loc, type: item.type })) }
}
