import type { Json } from './json.ts'

/** A text that equal values share: members are in the order of their names. */
export const canonicalJson = (value: Json): string => JSON.stringify(value, sorted)

const sorted = (_key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // pairs, not an object: an object would put keys such as "2" first, and take "__proto__" for its prototype
  return { o: Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) }
}
