import type { ValidationErrorItem } from '../messages/part.ts'
import type { ValidationResult } from '../schema/schema.ts'
import { embedSchemas, withDefs } from '../schema/transform/embed-schemas.ts'
import type { JsonSchema } from '../util/json.ts'
import { given, isPlainObject } from '../util/json.ts'
import type { OutputAlternative } from './output.ts'

/** One object schema over several alternatives: `{ result: { kind, data } }`, where `kind` is the name of an alternative.
 *  A plain union would leave open which one the model means. */
export function envelopeSchema(alternatives: readonly OutputAlternative[]): JsonSchema {
  const { bodies, defs } = embedSchemas(alternatives.map(alternative => alternative.jsonSchema))
  const members = alternatives.map((alternative, index) => memberSchema(alternative, bodies[index]!))
  return withDefs(
    { type: 'object', properties: { result: { anyOf: members } }, required: ['result'], additionalProperties: false },
    defs,
  )
}

function memberSchema(alternative: OutputAlternative, body: JsonSchema): JsonSchema {
  const { title: _, ...data } = body
  const { title } = alternative.jsonSchema
  return {
    type: 'object',
    properties: { kind: { type: 'string', const: alternative.name }, data },
    required: ['kind', 'data'],
    additionalProperties: false,
    ...given({ title: typeof title === 'string' ? title : undefined, description: alternative.description }),
  }
}

/** A value still to be validated, and the alternative it is meant for. */
export interface PickedOutput {
  readonly alternative: OutputAlternative
  /** Unwrapped: what `alternative.validate` takes. */
  readonly value: unknown
}

/** Opens `{ result: { kind, data } }`. */
export function pickEnvelope(
  alternatives: readonly OutputAlternative[],
  value: unknown,
): ValidationResult<PickedOutput> {
  if (!isPlainObject(value)) return refuse('dict_type', [], 'Expected an object with the key "result"', value)
  if (!Object.hasOwn(value, 'result')) return refuse('missing', ['result'], 'This key is required', value)
  const { result } = value
  if (!isPlainObject(result))
    return refuse('dict_type', ['result'], 'Expected an object with "kind" and "data"', result)
  for (const key of ['kind', 'data']) {
    if (!Object.hasOwn(result, key)) return refuse('missing', ['result', key], 'This key is required', result)
  }
  const { kind, data } = result
  const alternative = alternatives.find(candidate => candidate.name === kind)
  if (alternative) return unwrap(alternative, data)
  const names = alternatives.map(candidate => JSON.stringify(candidate.name)).join(', ')
  return refuse('literal_error', ['result', 'kind'], `Expected one of ${names}`, kind)
}

function unwrap(alternative: OutputAlternative, data: unknown): ValidationResult<PickedOutput> {
  const unwrapped = unwrapToolArgs(alternative, data)
  return unwrapped.ok ? { ok: true, value: { alternative, value: unwrapped.value } } : unwrapped
}

/** The value inside of an output tool's arguments: they themselves, or what stands under the alternative's `outerKey`. */
export function unwrapToolArgs(alternative: OutputAlternative, args: unknown): ValidationResult {
  const { outerKey } = alternative
  if (outerKey === undefined) return { ok: true, value: args }
  if (!isPlainObject(args)) return refuse('dict_type', [], `Expected an object with the key "${outerKey}"`, args)
  if (!Object.hasOwn(args, outerKey)) return refuse('missing', [outerKey], 'This key is required', args)
  return { ok: true, value: args[outerKey] }
}

function refuse(type: string, loc: ValidationErrorItem['loc'], msg: string, input: unknown): ValidationResult<never> {
  return { ok: false, issues: [{ type, loc, msg, input }] }
}
