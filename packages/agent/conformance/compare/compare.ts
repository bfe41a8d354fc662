import { sameEmbeddedJson } from './embedded-json.ts'
import { isTimestamp, matchesTokens, type Bindings } from './tokens.ts'

/** One place where what we did is not what was recorded. */
export interface Difference {
  readonly path: string
  readonly expected: unknown
  readonly actual: unknown
}

export interface CompareOptions {
  readonly bindings: Bindings
  /** Strings that hold JSON are compared after parsing: spacing and key order are then free. Default `false`. */
  readonly jsonStrings?: boolean
  /** `1.0` in a text is `1`: a number that was read from JSON cannot tell them apart. Default `false`. */
  readonly wholeNumbers?: boolean
  /** A key that is `null` or absent on one side may be either on the other. Default `false`. */
  readonly nullIsAbsent?: boolean
}

/** Compares without regard to key order. Times and generated ids match by what they stand for. */
export function compare(expected: unknown, actual: unknown, options: CompareOptions, path = '$'): Difference[] {
  if (typeof expected === 'string') return compareString(expected, actual, options, path)
  if (Array.isArray(expected)) return compareArray(expected, actual, options, path)
  if (isRecord(expected)) return compareRecord(expected, actual, options, path)
  return Object.is(expected, actual) || (expected === 0 && actual === 0) ? [] : [{ path, expected, actual }]
}

function compareString(expected: string, actual: unknown, options: CompareOptions, path: string): Difference[] {
  if (expected === '<validation-errors>' && isValidationErrors(actual)) return []
  if (typeof actual === 'string') {
    if (matchesTokens(expected, actual, options.bindings)) return []
    if (options.jsonStrings === true && sameEmbeddedJson(expected, actual, options)) return []
    if (options.wholeNumbers === true && withoutPointZero(expected) === withoutPointZero(actual)) return []
  }
  return [{ path, expected, actual }]
}

function withoutPointZero(text: string): string {
  return text.replace(/(?<![\w.])(\d+)\.0(?![\w.])/g, '$1')
}

function compareArray(expected: unknown[], actual: unknown, options: CompareOptions, path: string): Difference[] {
  if (!Array.isArray(actual)) return [{ path, expected, actual }]
  const length = Math.max(expected.length, actual.length)
  return Array.from({ length }, (_, index) => {
    const place = `${path}[${index}]`
    if (index >= expected.length) return [{ path: place, expected: absent, actual: actual[index] as unknown }]
    if (index >= actual.length) return [{ path: place, expected: expected[index], actual: absent }]
    return compare(expected[index], actual[index], options, place)
  }).flat()
}

function compareRecord(
  expected: Record<string, unknown>,
  actual: unknown,
  options: CompareOptions,
  path: string,
): Difference[] {
  if (expected.$repr === 'IsDatetime()') return isTimestamp(actual) ? [] : [{ path, expected, actual }]
  if (!isRecord(actual)) return [{ path, expected, actual }]
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...keys].flatMap(key => {
    const place = /^\w+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`
    const [here, there] = [own(expected, key), own(actual, key)]
    if (options.nullIsAbsent === true && (here ?? null) === null && (there ?? null) === null) return []
    if (here === undefined) return there === undefined ? [] : [{ path: place, expected: absent, actual: there }]
    if (there === undefined) return [{ path: place, expected: here, actual: absent }]
    return compare(here, there, options, place)
  })
}

/** Stands in a difference where one side has nothing. */
const absent = '(absent)'

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

function isValidationErrors(value: unknown): boolean {
  const isItem = (item: unknown) => isRecord(item) && 'type' in item && Array.isArray(item.loc) && 'msg' in item
  return Array.isArray(value) && value.length > 0 && value.every(isItem)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
