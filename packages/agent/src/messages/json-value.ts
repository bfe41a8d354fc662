import { UserError } from '../errors/user-error.ts'
import { bytesToBase64 } from '../util/base64.ts'
import type { JsonValue } from '../util/json.ts'

/** Deeper values cannot be written by `JSON.stringify` everywhere. */
const maxDepth = 500

/** Sets a key of a record whatever its name: a plain assignment to `__proto__` would change the prototype. */
export function setKey(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  } else {
    ;(target as Record<string, unknown>)[key] = value
  }
}

/** A value as JSON would hold it: dates as RFC 3339, bytes as URL-safe base64, sets as arrays, maps as objects, large
 *  integers as text, NaN and infinities as null; keys without a value are left out. Returns the same value when it is JSON already.
 *
 *  @param replace may give the JSON of an object itself
 *  @throws {UserError} for functions, symbols, cycles, and what is nested more than 500 deep */
export function toJsonValue(value: unknown, replace?: (object: object) => unknown): JsonValue {
  return convert(value, { replace, inside: new Set() }) as JsonValue
}

interface Walk {
  readonly replace: ((object: object) => unknown) | undefined
  /** The objects around the current value. */
  readonly inside: Set<object>
}

function convert(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'undefined':
      return null
    case 'bigint':
      return fromBigInt(value)
    case 'object':
      return value === null ? null : enter(value, walk)
    default:
      throw new UserError(`A ${typeof value} cannot be written as JSON. Use plain data.`)
  }
}

function fromBigInt(value: bigint): number | string {
  const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
  return isSafe ? Number(value) : value.toString()
}

function enter(object: object, walk: Walk): unknown {
  if (walk.inside.has(object)) throw new UserError('A value contains itself and cannot be written as JSON.')
  if (walk.inside.size > maxDepth) throw new UserError(`A value is nested more than ${maxDepth} deep.`)
  walk.inside.add(object)
  const converted = convertObject(object, walk)
  walk.inside.delete(object)
  return converted
}

function convertObject(object: object, walk: Walk): unknown {
  const replaced = walk.replace?.(object)
  if (replaced !== undefined) return replaced
  if (Array.isArray(object)) return convertArray(object, walk)
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? null : object.toISOString()
  if (object instanceof Uint8Array) return urlSafe(object)
  if (object instanceof ArrayBuffer) return urlSafe(new Uint8Array(object))
  if (object instanceof Set) return convertArray([...object], walk)
  if (object instanceof Map) return convertEntries(object, walk)
  if (object instanceof Error) return { name: object.name, message: object.message }
  if ('toJSON' in object && typeof object.toJSON === 'function') return convert(object.toJSON(), walk)
  return convertRecord(object, walk)
}

function convertArray(array: readonly unknown[], walk: Walk): unknown {
  let changed = false
  const items = array.map(item => {
    const converted = convert(item, walk)
    changed ||= converted !== item
    return converted
  })
  return changed ? items : array
}

function convertRecord(record: object, walk: Walk): unknown {
  let changed = false
  const converted = {}
  for (const [key, item] of Object.entries(record)) {
    const value = item === undefined ? undefined : convert(item, walk)
    changed ||= value !== item || value === undefined
    if (value !== undefined) setKey(converted, key, value)
  }
  return changed ? converted : record
}

function convertEntries(map: ReadonlyMap<unknown, unknown>, walk: Walk): unknown {
  const converted = {}
  for (const [key, item] of map) if (item !== undefined) setKey(converted, String(key), convert(item, walk))
  return converted
}

function urlSafe(bytes: Uint8Array): string {
  return bytesToBase64(bytes).replaceAll('+', '-').replaceAll('/', '_')
}
