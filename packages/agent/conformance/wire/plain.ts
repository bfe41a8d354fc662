import { isRecord } from '../compare/compare.ts'

/** Stands where a recording says "now". */
export const someTime = '2026-01-02T03:04:05Z'

/** Recorded values that are not JSON by themselves, as the wire has them: times, bytes, objects with their class name. */
export function plain(value: unknown): unknown {
  if (value === '<now>') return someTime
  if (Array.isArray(value)) return value.map(plain)
  if (!isRecord(value)) return value
  if (typeof value.$bytes === 'string') return value.$bytes
  if (value.$repr === 'IsDatetime()') return someTime
  const entries = Object.entries(value).filter(([name]) => name !== '$type')
  return Object.fromEntries(entries.map(([name, item]) => [privateNames[name] ?? name, plain(item)]))
}

/** Overrides are recorded under the name of the private field. */
const privateNames: Readonly<Record<string, string | undefined>> = {
  _identifier: 'identifier',
  _media_type: 'media_type',
}

/** Keys without times: for messages that live for one request, where nobody reads when a part was made. */
export function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([name]) => name !== 'timestamp')
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutTimes(item)]))
}
