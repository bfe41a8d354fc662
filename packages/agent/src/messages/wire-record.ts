import { UserError } from '../errors/user-error.ts'
import { isPlainObject, type JsonObject } from '../util/json.ts'
import { setKey } from './json-value.ts'

/** The wire format is that of Pydantic AI: snake_case, every declared key present, keys in a fixed order. */
export interface WireOptions {
  /** `true`: refuse what Pydantic AI would refuse to write, such as a URL without a known media type. Default `false`. */
  readonly strict?: boolean
}

/** One field of a record: its name on the wire and the two ways across. `TOwner` is the record. */
export interface WireField<V, TOwner = never> {
  readonly wire: string
  /** Older names, read when the name itself is missing. */
  readonly aliases?: readonly string[]
  /** Not called for missing values, nor for null unless `readsNull`. Throws `mismatch(…)`.
   *  @param index of the message that is read, in its history */
  read(value: unknown, index: number): V
  /** `undefined` leaves the key out. */
  write(value: V, owner: TOwner, options: WireOptions): unknown
  readonly required?: boolean
  /** Null is a value of its own, not an absent one. */
  readonly readsNull?: boolean
}

/** A field for every key of `T`, in the order of the wire: a missing one does not compile. */
export type WireFields<T> = { readonly [K in Exclude<keyof T, 'kind' | 'extra'>]-?: WireField<T[K], T> }

/** How one kind of record is written. */
export interface WireRecord<T> {
  readonly kind: string | undefined
  readonly wireKind: string | undefined
  readonly kindKey: string
  /** The field before which the kind is written. Default: last. */
  readonly kindBefore: string | undefined
  readonly fields: readonly (readonly [key: string, field: WireField<unknown, T>])[]
  /** Names that are read or dropped, and so are never extra. */
  readonly known: ReadonlySet<string>
  readonly keepsExtra: boolean
}

export interface WireRecordOptions<T> {
  readonly kind?: string
  /** Default: the same word. */
  readonly wireKind?: string
  readonly kindKey?: string
  readonly kindBefore?: keyof T
  /** `false`: unknown keys are dropped. Default `true`. */
  readonly keepsExtra?: boolean
  /** Names an older writer used, dropped in silence. */
  readonly dropped?: readonly string[]
}

export function wireRecord<T>(fields: WireFields<T>, options: WireRecordOptions<T> = {}): WireRecord<T> {
  const entries = Object.entries(fields) as [string, WireField<unknown, T>][]
  const kindKey = options.kindKey ?? 'kind'
  return {
    kind: options.kind,
    wireKind: options.wireKind ?? options.kind,
    keepsExtra: options.keepsExtra ?? true,
    kindKey,
    kindBefore: options.kindBefore as string | undefined,
    fields: entries,
    known: new Set([
      kindKey,
      ...entries.flatMap(([, field]) => [field.wire, ...(field.aliases ?? [])]),
      ...(options.dropped ?? []),
    ]),
  }
}

/** Reads a record; keys that are not known go to `extra`. */
export function readRecord<T>(record: WireRecord<T>, wire: unknown, index = 0): T {
  if (!isPlainObject(wire)) throw mismatch('an object', wire)
  const result: Record<string, unknown> = record.kind === undefined ? {} : { kind: record.kind }
  for (const [key, field] of record.fields) {
    const value = lookUp(wire, field)
    if (value === undefined || (value === null && field.readsNull !== true)) {
      if (field.required === true) throw missing(field.wire, value)
      continue
    }
    const read = within(field.wire, () => field.read(value, index))
    if (read !== undefined) result[key] = read
  }
  const extra = record.keepsExtra ? unknownKeys(record, wire) : undefined
  if (extra !== undefined) result['extra'] = extra
  return result as T
}

export function writeRecord<T>(record: WireRecord<T>, value: T, options: WireOptions): Record<string, unknown> {
  const wire: Record<string, unknown> = {}
  const source = value as Record<string, unknown>
  for (const [key, field] of record.fields) {
    if (key === record.kindBefore) wire[record.kindKey] = record.wireKind
    const written = within(field.wire, () => field.write(source[key], value, options))
    if (written !== undefined) wire[field.wire] = written
  }
  if (record.wireKind !== undefined) wire[record.kindKey] ??= record.wireKind
  const extra = source['extra']
  if (isPlainObject(extra)) {
    for (const key of Object.keys(extra)) if (!Object.hasOwn(wire, key)) setKey(wire, key, extra[key])
  }
  return wire
}

function lookUp(wire: Record<string, unknown>, field: WireField<unknown, never>): unknown {
  if (Object.hasOwn(wire, field.wire)) return wire[field.wire]
  const alias = field.aliases?.find(name => Object.hasOwn(wire, name))
  return alias === undefined ? undefined : wire[alias]
}

function unknownKeys(record: WireRecord<never>, wire: Record<string, unknown>): JsonObject | undefined {
  let extra: Record<string, unknown> | undefined
  for (const key of Object.keys(wire)) {
    if (record.known.has(key)) continue
    extra ??= Object.create(null) as Record<string, unknown>
    extra[key] = wire[key]
  }
  return extra as JsonObject | undefined
}

/** A value that does not fit; collects the path to it on the way up. */
class WireMismatch extends Error {
  readonly path: string[] = []
}

/** @param expected completes "expected …" */
export function mismatch(expected: string, value: unknown): Error {
  return new WireMismatch(`expected ${expected}; got ${preview(value)}`)
}

/** A value whose kind, under `key`, nobody here knows. */
export function unknownKind(key: string, value: unknown, known: Iterable<string>): Error {
  const error = new WireMismatch(`expected one of ${[...known].join(', ')}; got ${preview(value)}`)
  error.path.push(key)
  return error
}

function missing(name: string, value: unknown): Error {
  const error = new WireMismatch(value === null ? 'is required and may not be null' : 'is required and missing')
  error.path.push(name)
  return error
}

/** Runs `read` and notes where it was, should it throw. */
export function within<T>(step: string | number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireMismatch) error.path.unshift(typeof step === 'number' ? `[${step}]` : step)
    throw error
  }
}

/** Turns what does not fit into a `UserError` that names the path and the value.
 *  @param root what the path starts with, for example `messages` */
export function reportMismatch<T>(root: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof WireMismatch)) throw error
    const path = error.path.reduce((text, step) => (step.startsWith('[') ? text + step : `${text}.${step}`), root)
    throw new UserError(`${path}: ${error.message}.`)
  }
}

/** Whether an error says that a value does not fit, rather than that something broke. */
export function isMismatch(error: unknown): boolean {
  return error instanceof WireMismatch
}

function preview(value: unknown): string {
  const text =
    typeof value === 'string' || (typeof value === 'object' && value !== null) ? asJson(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Cycles, big integers and very deep values are no JSON. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'a value without JSON'
  } catch {
    return 'a value without JSON'
  }
}
