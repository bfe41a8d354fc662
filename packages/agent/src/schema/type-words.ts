/** The word for a wrong type, by the JSON type that was expected. The words are those of Pydantic, which models know. */
const byExpected = new Map([
  ['string', 'string_type'],
  ['number', 'float_type'],
  ['integer', 'int_type'],
  ['boolean', 'bool_type'],
  ['array', 'list_type'],
  ['object', 'dict_type'],
  ['null', 'none_required'],
])

export function wrongType(expected: unknown): string | undefined {
  return typeof expected === 'string' ? byExpected.get(expected) : undefined
}
