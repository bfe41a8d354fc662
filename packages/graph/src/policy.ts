import { GraphSetupError } from './errors.ts'
import { isCount, isDuration } from './util/numbers.ts'
import type { Json } from './util/json.ts'

/** Repeats a failed node. Delays grow by `factor`, with up to `jitter` of the delay added at random. */
export interface RetryPolicy {
  /** all attempts, the first included */
  readonly maxAttempts: number
  /** default 500 */
  readonly initialDelayMs?: number
  /** default 2 */
  readonly factor?: number
  /** default 30_000 */
  readonly maxDelayMs?: number
  /** share of the delay that is random, 0 to 1; default 0.2 */
  readonly jitter?: number
  /** which errors are worth another attempt; default all but those of cancelling */
  readonly retryOn?: (error: unknown) => boolean
}

/** Where cached outputs live. Values are JSON. */
export interface CacheStore {
  get(key: string): Promise<Json | undefined> | Json | undefined
  set(key: string, value: Json, ttlMs: number | undefined): Promise<void> | void
}

/** Reuses the output of a node for the same input. Only nodes that leave the state alone should be cached:
 *  the writes of the skipped run are not repeated. */
export interface CachePolicy<TInput = unknown> {
  /** names the input; default its JSON text */
  readonly key?: (input: TInput) => string
  readonly ttlMs?: number
  /** default: one in memory per graph, of at most 1,000 entries */
  readonly store?: CacheStore
}

/** What a task that was running when its process died, or when its run was cancelled or failed elsewhere, does on resume. */
export type CrashPolicy = 'retry' | 'fail'

/** What the runner does around one node. */
export interface NodePolicy<TInput = unknown> {
  readonly retry?: RetryPolicy
  /** of one attempt, milliseconds; the attempt's signal is aborted */
  readonly timeoutMs?: number
  readonly cache?: CachePolicy<TInput>
  /** default `retry`; `fail` writes a record before the node starts and refuses to run it twice */
  readonly onCrash?: CrashPolicy
}

/** @throws {GraphSetupError} a number that cannot be meant */
export const checkPolicy = (nodeId: string, { retry, timeoutMs }: NodePolicy<never>): void => {
  const refuse = (what: string, value: number, wanted: string) => {
    throw new GraphSetupError(`${what} of node "${nodeId}" is ${value}; it must be ${wanted}.`)
  }
  if (timeoutMs !== undefined && !isDuration(timeoutMs)) refuse('timeoutMs', timeoutMs, 'milliseconds above 0')
  if (retry === undefined) return
  if (!isCount(retry.maxAttempts)) refuse('retry.maxAttempts', retry.maxAttempts, 'a whole number from 1')
  for (const key of ['initialDelayMs', 'factor', 'maxDelayMs', 'jitter'] as const) {
    const value = retry[key]
    if (value !== undefined && !(value >= 0)) refuse(`retry.${key}`, value, 'a number from 0')
  }
}

/** The delay before the next attempt, milliseconds.
 *  @param failures how many attempts have failed, from 1 */
export const retryDelayMs = (policy: RetryPolicy, failures: number, random: () => number = Math.random): number => {
  const { initialDelayMs = 500, factor = 2, maxDelayMs = 30_000, jitter = 0.2 } = policy
  const delay = Math.min(maxDelayMs, initialDelayMs * factor ** (failures - 1))
  return Math.min(maxDelayMs, delay * (1 + jitter * random()))
}

/** A cache in memory that forgets the oldest entry beyond `maxEntries`. */
export const memoryCache = (maxEntries = 1000): CacheStore => {
  const entries = new Map<string, { value: Json; until: number }>()
  return {
    get: key => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (entry.until > Date.now()) return entry.value
      entries.delete(key)
      return undefined
    },
    set: (key, value, ttlMs) => {
      entries.delete(key)
      entries.set(key, { value, until: ttlMs === undefined ? Infinity : Date.now() + ttlMs })
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value!)
    },
  }
}
