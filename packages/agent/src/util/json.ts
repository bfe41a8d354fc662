/** Any value JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A JSON object. Build one from foreign keys only with `Object.create(null)` or `JSON.parse`. */
export type JsonObject = { readonly [key: string]: JsonValue }

/** A JSON Schema document as plain data (draft 2020-12 or draft-07; booleans as sub-schemas allowed). */
export type JsonSchema = { readonly [key: string]: unknown }

/** A value that may be ready now: callers `await` it only when it is a promise, so the ready path costs no tick. */
export type MaybePromise<T> = T | PromiseLike<T>

export function isPromiseLike<T>(value: MaybePromise<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
}

/** The fields that have a value: a record that people look at says nothing of what is not there. */
export function given<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
