import type { StandardSchemaV1 } from '@standard-schema/spec'
import { cached } from '../util/cached.ts'
import type { JsonSchema, MaybePromise } from '../util/json.ts'
import { isPromiseLike } from '../util/json.ts'
import { toErrorItems } from './error-item.ts'
import { jsonSchemaOf } from './json-schema-of.ts'
import type { ResolvedSchema, Schema, SchemaOutput, ValidationResult } from './schema.ts'

const resolved = new WeakMap<Schema, ResolvedSchema>()

/** The framework's view of a schema, made once per schema object. Its JSON Schema is computed when first read.
 *  @throws {UserError} reading `jsonSchema`, when the schema cannot be written as JSON Schema */
export function resolveSchema<S extends Schema>(schema: S): ResolvedSchema<SchemaOutput<S>> {
  // the cache is keyed by the schema object, so its type decides the type of the entry
  return cached(resolved, schema, () => new LazySchema(schema)) as ResolvedSchema<SchemaOutput<S>>
}

class LazySchema implements ResolvedSchema {
  readonly #schema: Schema
  #jsonSchema: JsonSchema | undefined

  constructor(schema: Schema) {
    this.#schema = schema
  }

  get jsonSchema(): JsonSchema {
    return (this.#jsonSchema ??= jsonSchemaOf(this.#schema))
  }

  get title(): string | undefined {
    return textOf(this.jsonSchema['title'])
  }

  get description(): string | undefined {
    return textOf(this.jsonSchema['description'])
  }

  validate(value: unknown): MaybePromise<ValidationResult> {
    const standard = this.#schema['~standard']
    const result = standard.validate(value)
    return isPromiseLike(result) ? result.then(late => toResult(late, value)) : toResult(result, value)
  }
}

function toResult(result: StandardSchemaV1.Result<unknown>, input: unknown): ValidationResult {
  return result.issues ? { ok: false, issues: toErrorItems(result.issues, input) } : { ok: true, value: result.value }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
