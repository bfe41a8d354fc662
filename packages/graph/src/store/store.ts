/** The contract every store implements, and all a store must know: runs, an append-only journal for each run, and leases.
 *  What a journal record means is the runner's affair. `storeConformance` of `@tenon/graph/testing` checks an implementation. */

import { GraphInputError } from '../errors.ts'

export type RunStatus = 'running' | 'interrupted' | 'paused' | 'done' | 'failed' | 'cancelled'

/** The head of a run. Times are milliseconds since 1970. */
export interface RunRecord {
  readonly id: string
  /** the graph's name */
  readonly graph: string
  readonly version: number
  readonly topology: string
  readonly status: RunStatus
  /** of the newest journal record; the first is 1 */
  readonly seq: number
  /** of the newest record that holds a whole snapshot */
  readonly snapshotSeq: number
  readonly createdAt: number
  readonly updatedAt: number
  readonly forkOf?: { readonly runId: string; readonly seq: number }
  /** W3C trace context of the span that started the run */
  readonly traceparent?: string
}

/** One journal record. `data` is JSON text the store does not look into. */
export interface JournalRecord {
  readonly seq: number
  readonly at: number
  readonly status: RunStatus
  /** newest snapshot at or before this record (its own seq if it is one) */
  readonly snapshotSeq: number
  readonly data: string
}

/** The right to write a run. */
export interface Lease {
  readonly runId: string
  readonly owner: string
  /** a whole number up to 2^53. A later owner gets a higher one; a store refuses writes with any but the newest. One run id never sees a
   *  token twice, not even when the run is deleted and created again: the first one is therefore not 1 but, say, random. */
  readonly token: number
}

export interface AcquireOptions {
  /** names the owner in errors, e.g. `host:pid` */
  readonly owner: string
  /** how long the lease lasts without renewal, milliseconds */
  readonly ttlMs: number
  /** take it though another owner's lease has not run out (safe: the other's writes are refused from then on) */
  readonly takeOver?: boolean
}

export interface ListOptions {
  readonly graph?: string
  readonly status?: RunStatus | readonly RunStatus[]
  /** only runs whose id begins with exactly this; no character is special */
  readonly idPrefix?: string
  /** at most this many, default 100 */
  readonly limit?: number
  /** where an earlier page ended */
  readonly cursor?: string
}

export interface RunPage {
  /** oldest first, by `createdAt` and then id (by code unit) */
  readonly runs: readonly RunRecord[]
  /** undefined on the last page */
  readonly cursor?: string
}

export interface ReadOptions {
  /** only records with a higher seq; default 0 */
  readonly afterSeq?: number
  /** at most this many; default all */
  readonly limit?: number
}

export interface GraphStore {
  /** Stores a run and its first records, all or nothing, and leases it to the caller.
   *  @throws {RunExistsError}
   *  @throws {GraphInputError} the store cannot hold a run of this id */
  create(run: RunRecord, records: readonly JournalRecord[], options: AcquireOptions): Promise<Lease>
  get(runId: string): Promise<RunRecord | undefined>
  /** @throws {RunLockedError} another owner's lease is live
   *  @throws {RunNotFoundError} */
  acquire(runId: string, options: AcquireOptions): Promise<Lease>
  /** Extends the lease, also one that has run out while nobody took it. What throws another error is tried again while the lease holds.
   *  @throws {LeaseLostError} somebody has taken the run over, or it was deleted and created again
   *  @throws {RunNotFoundError} the run was deleted */
  renew(lease: Lease, ttlMs: number): Promise<void>
  /** Gives the lease up; quiet when it is lost already. */
  release(lease: Lease): Promise<void>
  /** Appends records and moves the head to the last of them, all or nothing. Durable when it returns.
   *  @param expectedSeq the head's seq as the caller knows it
   *  @throws {LeaseLostError} the token is not the newest
   *  @throws {SeqConflictError} the head is elsewhere
   *  @throws {RunNotFoundError} the run was deleted */
  commit(lease: Lease, expectedSeq: number, records: readonly JournalRecord[]): Promise<void>
  /** Records in order of seq. */
  read(runId: string, options?: ReadOptions): Promise<readonly JournalRecord[]>
  list(options?: ListOptions): Promise<RunPage>
  /** Removes the run and its journal, all or nothing; false when there is none. The id is free at once. */
  delete(runId: string): Promise<boolean>
  close?(): Promise<void>
}

/** Cursors are the sort key of the last run of a page. */
export const encodeCursor = (run: Pick<RunRecord, 'createdAt' | 'id'>): string =>
  JSON.stringify([run.createdAt, run.id])

/** @throws {GraphInputError} not a cursor that `list` gave */
export const decodeCursor = (cursor: string): { createdAt: number; id: string } => {
  let parts: unknown
  try {
    parts = JSON.parse(cursor)
  } catch {
    // refused below
  }
  const [createdAt, id] = Array.isArray(parts) ? (parts as unknown[]) : []
  if (typeof createdAt !== 'number' || typeof id !== 'string')
    throw new GraphInputError(`"${cursor}" is not a cursor that list() gave.`)
  return { createdAt, id }
}

export const statusesOf = (status: ListOptions['status']): readonly RunStatus[] | undefined =>
  status === undefined || Array.isArray(status) ? (status as readonly RunStatus[] | undefined) : [status as RunStatus]

const compareRuns = (a: Pick<RunRecord, 'createdAt' | 'id'>, b: Pick<RunRecord, 'createdAt' | 'id'>): number =>
  a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** The part of `list` that is the same for every store that has all runs in memory. */
export const pageRuns = (runs: Iterable<RunRecord>, options: ListOptions = {}): RunPage => {
  const statuses = statusesOf(options.status)
  const after = options.cursor === undefined ? undefined : decodeCursor(options.cursor)
  const limit = options.limit ?? 100
  const found = [...runs]
    .filter(
      run =>
        (options.graph === undefined || run.graph === options.graph) &&
        (statuses === undefined || statuses.includes(run.status)) &&
        (options.idPrefix === undefined || run.id.startsWith(options.idPrefix)) &&
        (after === undefined || compareRuns(run, after) > 0),
    )
    .sort(compareRuns)
  const page = found.slice(0, limit)
  return found.length > limit ? { runs: page, cursor: encodeCursor(page[page.length - 1]!) } : { runs: page }
}
