import { rfc3339FromEpoch } from '../util/time.ts'
import { isPlainObject, type JsonObject } from '../util/json.ts'
import { setKey, toJsonValue } from './json-value.ts'
import { mismatch, within, type WireField } from './wire-record.ts'

// The fields records are made of. An absent optional value is written as null.

export function text(wire: string): WireField<string> {
  return { wire, required: true, read: readText, write: value => value }
}

export function optionalText(wire: string, aliases?: readonly string[]): WireField<string | undefined> {
  return { wire, ...(aliases && { aliases }), read: readText, write: value => value ?? null }
}

export function optionalNumber(wire: string): WireField<number | undefined> {
  return { wire, read: readNumber, write: value => value ?? null }
}

export function optionalBoolean(wire: string): WireField<boolean | undefined> {
  return {
    wire,
    read(value) {
      if (typeof value !== 'boolean') throw mismatch('true or false', value)
      return value
    },
    write: value => value ?? null,
  }
}

export function optionalObject(wire: string, aliases?: readonly string[]): WireField<JsonObject | undefined> {
  return {
    wire,
    ...(aliases && { aliases }),
    read(value) {
      if (!isPlainObject(value)) throw mismatch('an object', value)
      return value as JsonObject
    },
    write: value => (value === undefined ? null : toJsonValue(value)),
  }
}

/** Any JSON value; null is absent. */
export function optionalJson<V>(wire: string): WireField<V | undefined> {
  return { wire, read: value => value as V, write: value => (value === undefined ? null : toJsonValue(value)) }
}

/** One of a few words. The default is not kept when read, and is written for an absent value. */
export function choice<V extends string>(wire: string, values: readonly V[], fallback?: V): WireField<V | undefined> {
  return {
    wire,
    read(value) {
      const known = values.find(word => word === value)
      if (known === undefined) throw mismatch(`one of ${values.join(', ')}`, value)
      return known === fallback ? undefined : known
    },
    write: value => value ?? fallback ?? null,
  }
}

/** RFC 3339 text as it stands, so that no digit is lost; epoch numbers are converted.
 *  @param absent what is written for a missing one: a reader of the format would take null for an error in most records */
export function timestamp(wire: string, absent: 'null' | 'left-out' = 'left-out'): WireField<string | undefined> {
  return { wire, read: readTimestamp, write: value => value ?? (absent === 'null' ? null : undefined) }
}

export function list<V>(
  wire: string,
  item: { read(value: unknown): V; write(value: V): unknown },
  aliases?: readonly string[],
): WireField<readonly V[]> {
  return {
    wire,
    required: true,
    ...(aliases && { aliases }),
    read(value) {
      if (!Array.isArray(value)) throw mismatch('an array', value)
      return value.map((entry, index) => within(index, () => item.read(entry)))
    },
    write: values => values.map((value, index) => within(index, () => item.write(value))),
  }
}

export function number(wire: string): WireField<number> {
  return { wire, required: true, read: readNumber, write: value => value }
}

/** Values under keys that users or models chose. The record that is read has no prototype. */
export function keyed<V>(
  wire: string,
  read: (value: unknown) => V,
  write: (value: V) => unknown,
): WireField<Readonly<Record<string, V>> | undefined> {
  return {
    wire,
    read(value) {
      if (!isPlainObject(value)) throw mismatch('an object', value)
      const record: Record<string, V> = Object.create(null)
      for (const key of Object.keys(value)) record[key] = within(key, () => read(value[key]))
      return record
    },
    write(values) {
      const record = {}
      for (const key of Object.keys(values ?? {})) setKey(record, key, write(values![key] as V))
      return record
    },
  }
}

/** A field whose name is kept while its value goes through another record or function. */
export function nested<V>(
  wire: string,
  read: (value: unknown) => V,
  write: (value: V) => unknown,
): WireField<V | undefined> {
  return { wire, read, write: value => (value === undefined ? null : write(value)) }
}

export function required<V, TOwner>(field: WireField<V | undefined, TOwner>): WireField<V, TOwner> {
  return { ...field, required: true, read: (value, index) => field.read(value, index) as V }
}

export const textItem = { read: readText, write: (value: string): string => value }

export function readText(value: unknown): string {
  if (typeof value !== 'string') throw mismatch('text', value)
  return value
}

export function readNumber(value: unknown): number {
  if (typeof value !== 'number') throw mismatch('a number', value)
  return value
}

function readTimestamp(value: unknown): string {
  if (typeof value === 'string') return value
  const converted = typeof value === 'number' ? rfc3339FromEpoch(value) : undefined
  if (converted === undefined) throw mismatch('a timestamp', value)
  return converted
}
