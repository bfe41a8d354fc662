import type { StandardSchemaV1 } from '@standard-schema/spec'
import { GraphInputError } from './errors.ts'
import type { Json } from './util/json.ts'

/** Any Standard Schema: zod, valibot, arktype, or `type<T>()`. */
export type Schema<TInput = unknown, TOutput = TInput> = StandardSchemaV1<TInput, TOutput>
export type InferSchemaInput<TSchema extends Schema> = StandardSchemaV1.InferInput<TSchema>
export type InferSchemaOutput<TSchema extends Schema> = StandardSchemaV1.InferOutput<TSchema>

/** A schema that only carries a type and accepts every value. For what the compiler alone should check.
 *  @example graphBuilder({ name: 'demo', input: type<string[]>(), output: type<number>() }) */
export const type = <T>(): Schema<T, T> => ({
  '~standard': {
    version: 1,
    vendor: 'tenon-graph',
    // the compiler vouches for the value: that is what the caller asked for
    validate: value => ({ value: value as T }),
  },
})

const CODEC = Symbol.for('tenon.graph.codec')

/** How a value that is not JSON is stored and read back. */
export interface Codec<T> {
  encode(value: T): Json
  decode(json: Json): T
}

declare const codecBrand: unique symbol
/** A schema whose values may be stored though they are not JSON. */
export interface WithCodec {
  readonly [codecBrand]: true
}

/** Says how values of `schema` are stored, so that a node may take a Date, a Map or a class.
 *  @example g.step('late', { input: withCodec(z.date(), { encode: d => d.toISOString(), decode: s => new Date(String(s)) }) }, …) */
export const withCodec = <TSchema extends Schema>(
  schema: TSchema,
  codec: Codec<InferSchemaOutput<TSchema>>,
): TSchema & WithCodec => {
  const copy = { '~standard': schema['~standard'], [CODEC]: codec }
  // the copy keeps all a caller may use of the schema: its `~standard` contract, and the brand is only a type
  return copy as unknown as TSchema & WithCodec
}

export const codecOf = (schema: Schema | undefined): Codec<unknown> | undefined =>
  schema === undefined ? undefined : (schema as { [CODEC]?: Codec<unknown> })[CODEC]

/** Validates at once.
 *  @param where what is checked, for the error: `input of "plan"`
 *  @throws {GraphInputError} with the path and message of each issue, or when the schema is asynchronous */
export const validate = (schema: Schema, value: unknown, where: string): unknown => {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    result.catch(() => {})
    throw new GraphInputError(`The schema for the ${where} is asynchronous; use one that validates at once.`)
  }
  if (result.issues === undefined) return result.value
  const issues = result.issues.map(issue => {
    const path = (issue.path ?? []).map(part => String(typeof part === 'object' ? part.key : part)).join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  throw new GraphInputError(`The ${where} does not fit its schema: ${issues.join('; ')}`)
}

export type { StandardSchemaV1 }
