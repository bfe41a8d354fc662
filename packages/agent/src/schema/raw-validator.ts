import type { OutputUnit, Schema as DraftSchema, SchemaDraft } from '@cfworker/json-schema'
import { dereference, validate } from '@cfworker/json-schema'
import { UserError } from '../errors/user-error.ts'
import type { ValidationErrorItem } from '../messages/part.ts'
import type { JsonSchema } from '../util/json.ts'
import { isPlainObject } from '../util/json.ts'
import { wrongType } from './type-words.ts'
import { isTamePattern } from './tame-pattern.ts'
import type { ValidationResult } from './schema.ts'
import type { SubSchema } from './transform/map-schema.ts'
import { mapSchema } from './transform/map-schema.ts'

/** References one validation may follow. Schemas of hostile servers can make each reference double the work. */
const maxReferences = 20_000
const maxReportedErrors = 20
const longestMatched = 500

/** Checks values against a raw JSON Schema, prepared when the first value comes.
 *  Schemas may come from strangers: patterns that could run for ever, unknown formats and endless references are disarmed. */
export function createRawValidator(schema: JsonSchema): (value: unknown) => ValidationResult {
  let check: ((value: unknown) => ValidationResult) | undefined
  return value => (check ??= prepare(schema))(value)
}

function prepare(schema: JsonSchema): (value: unknown) => ValidationResult {
  const applied = compile(schema, true)
  // patterns are for names and codes: a long text would give a slow one room to be slow
  let patternless: Check | undefined
  return value => {
    const check = hasLongText(value) ? (patternless ??= compile(schema, false)) : applied
    try {
      const errors = check(value)
      if (errors.length === 0) return { ok: true, value }
      return {
        ok: false,
        issues: leaves(errors)
          .slice(0, maxReportedErrors)
          .map(unit => toItem(unit, value)),
      }
    } catch (cause) {
      if (cause instanceof TooMuchWork || cause instanceof RangeError) return refuse(value, 'recursion_loop', tooDeep)
      if (cause instanceof URIError) return refuse(value, 'value_error', 'A key holds half a character')
      throw unusable(cause)
    }
  }
}

type Check = (value: unknown) => readonly OutputUnit[]

function compile(schema: JsonSchema, withPatterns: boolean): Check {
  try {
    const disarmed = mapSchema<SubSchema>(schema, node => disarm(node, withPatterns)) as DraftSchema | boolean
    const lookup = dereference(disarmed)
    const draft = draftOf(schema)
    return value => validate(value, disarmed, draft, counted(lookup), false).errors
  } catch (cause) {
    throw unusable(cause)
  }
}

class TooMuchWork extends Error {}

/** The validator looks every reference up here, so this is where endless ones are noticed. */
function counted<T extends object>(lookup: T): T {
  let left = maxReferences
  return new Proxy(lookup, {
    get(target, key) {
      if (--left < 0) throw new TooMuchWork()
      return Reflect.get(target, key)
    },
  })
}

const tooDeep = 'The value, or the schema it is checked against, is nested too deeply'

function refuse(input: unknown, type: string, msg: string): ValidationResult {
  return { ok: false, issues: [{ type, loc: [], msg, input }] }
}

function unusable(cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
  return new UserError(
    `The JSON Schema cannot be used to validate: ${reason} Correct it, or give \`jsonSchema()\` a validate function.`,
    { cause },
  )
}

function draftOf(schema: JsonSchema): SchemaDraft {
  const { $schema } = schema
  if (typeof $schema !== 'string') return '2020-12'
  if ($schema.includes('draft-04')) return '4'
  if ($schema.includes('draft-06') || $schema.includes('draft-07')) return '7'
  return $schema.includes('2019-09') ? '2019-09' : '2020-12'
}

/** Formats whose check costs time in proportion to the text. Others are notes for the reader only. */
const checkedFormats = new Set(['date', 'time', 'date-time', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'])

function disarm(node: JsonSchema, withPatterns: boolean): JsonSchema {
  const { format, pattern, patternProperties, ...rest } = node
  const kept: Record<string, unknown> = rest
  if (typeof format === 'string' && checkedFormats.has(format)) kept['format'] = format
  if (withPatterns && typeof pattern === 'string' && isTamePattern(pattern)) kept['pattern'] = pattern
  if (isPlainObject(patternProperties)) {
    const all = Object.entries(patternProperties)
    const tame = all.filter(([source]) => isTamePattern(source))
    kept['patternProperties'] = Object.fromEntries(tame)
    // a pattern left out would turn the keys it allows into forbidden ones
    if (tame.length < all.length) {
      delete kept['additionalProperties']
      delete kept['unevaluatedProperties']
    }
  }
  return kept
}

/** Whether any text of the value is longer than patterns are tried on. */
function hasLongText(value: unknown): boolean {
  const open: unknown[] = [value]
  for (const item of open) {
    if (typeof item === 'string' && item.length > longestMatched) return true
    if (typeof item === 'object' && item !== null) {
      if (Array.isArray(item)) for (const child of item) open.push(child)
      else for (const [key, child] of Object.entries(item)) open.push(key, child)
    }
  }
  return false
}

/** Errors that speak of a value, without those that say "a part of me is wrong". */
function leaves(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  const found = errors.filter(unit => !summaries.has(unit.keyword))
  return found.length > 0 ? found : errors
}

const summaries = new Set([
  '$ref',
  '$recursiveRef',
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'dependentSchemas',
  'items',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
])

const typeByKeyword = new Map([
  ['required', 'missing'],
  ['dependentRequired', 'missing'],
  ['const', 'literal_error'],
  ['enum', 'literal_error'],
  ['false', 'extra_forbidden'],
  ['pattern', 'string_pattern_mismatch'],
  ['minLength', 'string_too_short'],
  ['maxLength', 'string_too_long'],
  ['minimum', 'greater_than_equal'],
  ['maximum', 'less_than_equal'],
  ['exclusiveMinimum', 'greater_than'],
  ['exclusiveMaximum', 'less_than'],
  ['multipleOf', 'multiple_of'],
  ['minItems', 'too_short'],
  ['minProperties', 'too_short'],
  ['maxItems', 'too_long'],
  ['maxProperties', 'too_long'],
  ['oneOf', 'union_error'],
  ['anyOf', 'union_error'],
])

function toItem(unit: OutputUnit, root: unknown): ValidationErrorItem {
  const loc = locOf(unit.instanceLocation, root)
  const input = valueAt(root, loc)
  const type = typeByKeyword.get(unit.keyword) ?? 'value_error'
  switch (unit.keyword) {
    case 'type': {
      const expected = /Expected "([^"]+)"\.$/.exec(unit.error)?.[1]
      return { type: wrongType(expected) ?? 'union_error', loc, msg: unit.error, input }
    }
    case 'required': {
      const key = /"(.*)"\.$/s.exec(unit.error)?.[1]
      return { type, loc: key === undefined ? loc : [...loc, key], msg: 'This key is required', input }
    }
    case 'false':
      return { type, loc, msg: 'Nothing is allowed here', input }
    default:
      return { type, loc, msg: unit.error, input }
  }
}

/** From a pointer like `#/list/0`, percent-encoded and with `~` escapes. */
function locOf(pointer: string, root: unknown): (string | number)[] {
  const loc: (string | number)[] = []
  let value = root
  for (const token of pointer.split('/').slice(1)) {
    const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~')
    const step = Array.isArray(value) ? Number(key) : key
    loc.push(step)
    value = valueAt(value, [step])
  }
  return loc
}

function valueAt(root: unknown, loc: readonly (string | number)[]): unknown {
  let value = root
  for (const key of loc) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}
