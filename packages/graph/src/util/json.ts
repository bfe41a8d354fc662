import { NotJsonError } from '../errors.ts'

/** Anything `JSON.parse` can return. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Own properties only: keys such as `__proto__` and `constructor` are plain data. */
export const getOwn = (target: object, key: PropertyKey): unknown =>
  Object.prototype.hasOwnProperty.call(target, key) ? (target as Record<PropertyKey, unknown>)[key] : undefined

/** Sets an own property, also for `__proto__`. */
export const setOwn = (target: object, key: PropertyKey, value: unknown): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
  else (target as Record<PropertyKey, unknown>)[key] = value
}

const MAX_DEPTH = 500

const show = (path: readonly PropertyKey[]) => (path.length === 0 ? 'the value itself' : path.map(String).join('.'))

const refuse = (what: string, path: readonly PropertyKey[], where: string): never => {
  throw new NotJsonError(
    `${where} is not JSON: ${what} at ${show(path)}. Store plain data, or give the schema a codec with withCodec().`,
  )
}

/** A deep copy that is surely JSON: what a reload would give, before the reload.
 *  `undefined` members of objects are left out, those of arrays become null, `-0` becomes `0`, as JSON.stringify does.
 *  @param where what the value is, for the error: `output of "plan"`
 *  @throws {NotJsonError} Map, Date, class instance, function, symbol, bigint, NaN, infinity, cycle */
export const toJson = (value: unknown, where: string): Json => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? (value === 0 ? 0 : value) : refuse(String(value), [], where)
    case 'undefined':
      return null
    default:
      return value === null ? null : copy(value, [], where)
  }
}

/** As `toJson`, for what may also be nothing: `undefined` stays itself.
 *  @param what with `id`, what the value is, for the error: `input of`, `plan` */
export const toKept = (value: unknown, what: string, id?: string): Json | undefined => {
  // most values on edges are one of these; for them no text is put together
  if (value === undefined || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && value !== 0 && Number.isFinite(value)) return value
  return toJson(value, id === undefined ? what : `${what} "${id}"`)
}

const copy = (value: unknown, path: PropertyKey[], where: string): Json => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? (value === 0 ? 0 : value) : refuse(String(value), path, where)
    case 'object':
      break
    default:
      return refuse(`a ${typeof value}`, path, where)
  }
  if (value === null) return null
  if (path.length > MAX_DEPTH) return refuse('a cycle (or more than 500 levels)', path.slice(0, 8), where)
  if (Array.isArray(value)) return copyArray(value, path, where)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    const name = (value.constructor as { name?: string } | undefined)?.name
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      return refuse(`an instance of ${name ?? 'a class'}`, path, where)
  }
  return copyMembers(value, path, where)
}

const copyMembers = (value: object, path: PropertyKey[], where: string): Json => {
  const out: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key]
    if (member === undefined) continue
    path.push(key)
    setOwn(out, key, copy(member, path, where))
    path.pop()
  }
  return out
}

/** The fields of an instance as JSON. @throws {NotJsonError} as `toJson` */
export const fieldsToJson = (instance: object, where: string): Json => copyMembers(instance, [], where)

const copyArray = (value: readonly unknown[], path: PropertyKey[], where: string): Json => {
  const out: Json[] = []
  for (let index = 0; index < value.length; index++) {
    path.push(index)
    out.push(value[index] === undefined ? null : copy(value[index], path, where))
    path.pop()
  }
  return out
}

/** A deep copy of what is known to be JSON already. */
export const cloneJson = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null) return value
  // the casts keep the caller's type: a copy has the shape of its original
  if (Array.isArray(value)) return value.map(cloneJson) as T
  const out: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setOwn(out, key, cloneJson((value as Record<string, unknown>)[key]))
  return out as T
}
