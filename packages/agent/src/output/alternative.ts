import { rawSchema } from '../schema/raw-schema.ts'
import { parseJson } from '../schema/parse-json.ts'
import { resolveSchema } from '../schema/resolve-schema.ts'
import type { ResolvedSchema, Schema, ValidationResult } from '../schema/schema.ts'
import { embedSchemas, withDefs } from '../schema/transform/embed-schemas.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { JsonSchema, MaybePromise } from '../util/json.ts'
import { isPromiseLike } from '../util/json.ts'
import type { OutputAlternative } from './output.ts'

/** A type or function among the outputs, whatever spec it came from. */
export interface OutputSource {
  readonly schema: Schema
  /** What the user calls it; else the schema's title. */
  readonly name?: string
  readonly description?: string
  readonly run?: (value: never, ctx: never) => unknown
  /** Set when it came as an `outputTool`: reachable by a tool call only. */
  readonly tool?: {
    readonly name?: string
    readonly maxRetries?: number
    readonly strict?: boolean
    readonly sequential?: boolean
  }
}

/** The property that holds a value which is not an object: providers take objects only. */
export const outerKey = 'response'

/** @param name unique among the run's outputs */
export function toAlternative(source: OutputSource, name: string): OutputAlternative {
  const resolved = resolveSchema(source.schema)
  const { description: _, ...schema } = resolved.jsonSchema
  const wrapped = !isObjectSchema(schema)
  return {
    name,
    description: joinDescriptions(source.description, resolved.description),
    jsonSchema: wrapped ? wrap(schema) : schema,
    outerKey: wrapped ? outerKey : undefined,
    validate: wrapped ? value => validateWrapped(resolved, value) : value => resolved.validate(value),
    // the spec's type has made sure that the run's deps are those the function takes
    run: source.run as ((value: never, ctx: RunContext<never>) => unknown) | undefined,
  }
}

/** The name the source has of its own, if any. */
export function ownName(source: OutputSource): string | undefined {
  return source.name ?? resolveSchema(source.schema).title ?? source.tool?.name
}

/** For sources without a name: what they are. */
export function typeName(source: OutputSource): string {
  const { type } = resolveSchema(source.schema).jsonSchema
  return typeof type === 'string' ? type : 'value'
}

export function joinDescriptions(explicit: string | undefined, own: string | undefined): string | undefined {
  if (!explicit || !own) return explicit || own || undefined
  return `${explicit.replace(/\.$/, '')}. ${own}`
}

function isObjectSchema(schema: JsonSchema): boolean {
  return schema['type'] === 'object'
}

function wrap(schema: JsonSchema): JsonSchema {
  const { bodies, defs } = embedSchemas([schema])
  return withDefs({ type: 'object', properties: { [outerKey]: bodies[0] }, required: [outerKey] }, defs)
}

/** Models often write the wrapped value as a string of JSON: taken when it is not valid as it stands. */
function validateWrapped(resolved: ResolvedSchema, value: unknown): MaybePromise<ValidationResult> {
  return andThen(resolved.validate(value), first => {
    if (first.ok) return first
    const parsed = typeof value === 'string' ? parseJson(value) : undefined
    if (!parsed?.ok) return atOuterKey(first)
    return andThen(resolved.validate(parsed.value), second => (second.ok ? second : atOuterKey(first)))
  })
}

function atOuterKey(result: ValidationResult): ValidationResult {
  if (result.ok) return result
  return { ok: false, issues: result.issues.map(item => ({ ...item, loc: [outerKey, ...item.loc] })) }
}

function andThen<T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return isPromiseLike(value) ? value.then(use) : use(value)
}

/** `null` among types: an alternative of its own. The name is the one Pydantic AI gives it, so histories carry over. */
export const nullSource: OutputSource = {
  name: 'NoneType',
  schema: rawSchema({ type: 'null' }, value =>
    value === null
      ? { ok: true, value }
      : { ok: false, issues: [{ type: 'none_required', loc: [], msg: 'Expected null', input: value }] },
  ),
}

/** `text` inside of a native or prompted output: a string among the types. */
export const stringSource: OutputSource = {
  name: 'text',
  schema: rawSchema({ type: 'string' }, value =>
    typeof value === 'string'
      ? { ok: true, value }
      : { ok: false, issues: [{ type: 'string_type', loc: [], msg: 'Expected a string', input: value }] },
  ),
}
