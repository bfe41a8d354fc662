import type { VendorIssue } from './error-item.ts'

/** The word for a wrong type, by the type that was expected. The words are those of Pydantic, which models know. */
const byExpected = new Map([
  ['string', 'string_type'],
  ['number', 'float_type'],
  ['int', 'int_type'],
  ['integer', 'int_type'],
  ['bigint', 'int_type'],
  ['boolean', 'bool_type'],
  ['array', 'list_type'],
  ['tuple', 'tuple_type'],
  ['object', 'dict_type'],
  ['record', 'dict_type'],
  ['map', 'dict_type'],
  ['set', 'set_type'],
  ['date', 'datetime_type'],
  ['null', 'none_required'],
  ['undefined', 'none_required'],
  ['never', 'no_such_attribute'],
])

export function wrongType(expected: unknown): string | undefined {
  return typeof expected === 'string' ? byExpected.get(expected.toLowerCase()) : undefined
}

/** Zod: `code`, with `origin` for sizes. */
function zodType(issue: VendorIssue): string | undefined {
  switch (issue['code']) {
    case 'invalid_type':
      return wrongType(issue['expected'])
    case 'too_small':
    case 'too_big':
      return sizeType(issue['origin'], issue['code'] === 'too_small', issue['inclusive'] !== false)
    case 'invalid_format':
      return issue['format'] === 'regex' ? 'string_pattern_mismatch' : 'value_error'
    case 'invalid_value':
      return 'literal_error'
    case 'unrecognized_keys':
      return 'extra_forbidden'
    case 'not_multiple_of':
      return 'multiple_of'
    case 'invalid_union':
      return issue['discriminator'] === undefined ? 'union_error' : 'union_tag_invalid'
    default:
      return undefined
  }
}

function sizeType(origin: unknown, tooSmall: boolean, inclusive: boolean): string {
  if (origin === 'string') return tooSmall ? 'string_too_short' : 'string_too_long'
  if (origin === 'number' || origin === 'int' || origin === 'bigint' || origin === 'date') {
    return `${tooSmall ? 'greater_than' : 'less_than'}${inclusive ? '_equal' : ''}`
  }
  return tooSmall ? 'too_short' : 'too_long'
}

/** Valibot: `type` is the name of the schema or action that refused. */
const valibotActions = new Map([
  ['min_value', 'greater_than_equal'],
  ['gt_value', 'greater_than'],
  ['max_value', 'less_than_equal'],
  ['lt_value', 'less_than'],
  ['regex', 'string_pattern_mismatch'],
  ['picklist', 'literal_error'],
  ['literal', 'literal_error'],
  ['enum', 'literal_error'],
  ['multiple_of', 'multiple_of'],
  ['integer', 'int_type'],
  ['union', 'union_error'],
  ['variant', 'union_tag_invalid'],
])

function valibotType(issue: VendorIssue): string | undefined {
  const { type, kind, expected, input } = issue
  if (expected === 'never') return 'extra_forbidden'
  if (type === 'min_length' || type === 'non_empty') return typeof input === 'string' ? 'string_too_short' : 'too_short'
  if (type === 'max_length') return typeof input === 'string' ? 'string_too_long' : 'too_long'
  const action = typeof type === 'string' ? valibotActions.get(type) : undefined
  return action ?? (kind === 'schema' ? wrongType(type) : undefined)
}

/** arktype: `code` is the kind of the node that refused. */
const arktypeCodes = new Map([
  ['required', 'missing'],
  ['unit', 'literal_error'],
  ['union', 'union_error'],
  ['pattern', 'string_pattern_mismatch'],
  ['divisor', 'multiple_of'],
])

function arktypeType(issue: VendorIssue): string | undefined {
  const { code, expected, data } = issue
  if (code === 'min' || code === 'max')
    return sizeType('number', code === 'min', !/(more|less) than/.test(String(expected)))
  if (code === 'minLength' || code === 'maxLength') return sizeType(typeof data, code === 'minLength', true)
  if (code === 'domain' || code === 'proto') return wrongType(String(expected).replace(/^an? /, ''))
  return typeof code === 'string' ? arktypeCodes.get(code) : undefined
}

/** Our own validator of raw JSON Schema says the word itself. */
function ownType(issue: VendorIssue): string | undefined {
  return typeof issue['type'] === 'string' ? issue['type'] : undefined
}

type ItemType = (issue: VendorIssue) => string | undefined

const vendors = new Map<string, ItemType>([
  ['zod', zodType],
  ['valibot', valibotType],
  ['arktype', arktypeType],
  ['json-schema', ownType],
])

/** How issues of a vendor tell what kind of problem they are. */
export function itemTypes(vendor: string): ItemType {
  return vendors.get(vendor) ?? (issue => (typeof issue['code'] === 'string' ? issue['code'] : undefined))
}
