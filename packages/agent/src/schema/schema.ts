import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonSchema, MaybePromise } from '../util/json.ts'
import type { ValidationErrorItem } from '../messages/part.ts'

/** Any Standard Schema: zod 4, valibot, arktype, or `jsonSchema(raw)`. */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>

/** What a schema yields after defaults and transforms: the side tools and outputs receive. */
export type SchemaOutput<S> = S extends StandardSchemaV1<infer _I, infer O> ? O : never

/** What a schema accepts: the side the model writes. */
export type SchemaInput<S> = S extends StandardSchemaV1<infer I, infer _O> ? I : never

export type ValidationResult<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly ValidationErrorItem[] }

/** A schema as the framework uses it, whatever vendor wrote it. Made once per schema by `resolveSchema`. */
export interface ResolvedSchema<T = unknown> {
  /** What the model is shown: the input side. */
  readonly jsonSchema: JsonSchema
  /** Title or vendor name of the type, if the schema has one. */
  readonly title?: string
  readonly description?: string
  /** Never throws for a wrong value. Synchronous when the vendor's validator is. */
  validate(value: unknown): MaybePromise<ValidationResult<T>>
}
