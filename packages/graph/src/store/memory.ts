import { LeaseLostError, RunExistsError, RunLockedError, RunNotFoundError, SeqConflictError } from '../errors.ts'
import { pageRuns, type GraphStore, type JournalRecord, type Lease, type RunRecord } from './store.ts'

interface StoredRun {
  run: RunRecord
  /** seq of `records[0]` */
  firstSeq: number
  records: JournalRecord[]
  token: number
  owner: string | undefined
  leaseUntil: number
}

export interface MemoryStoreOptions {
  /** `full` keeps every record; `last` only what a resume needs (default `full`) */
  readonly history?: 'full' | 'last'
  readonly now?: () => number
}

/** Runs in this process's memory: for tests, and for interrupts that need not survive the process.
 *  Journal records are text, so nothing a caller holds can change what is stored.
 *  @example const store = memoryStore() */
export const memoryStore = (options: MemoryStoreOptions = {}): GraphStore => {
  const { history = 'full', now = Date.now } = options
  const runs = new Map<string, StoredRun>()
  /** of all runs together: a run that is created again gets none that its id had before */
  let lastToken = 0

  const find = (runId: string): StoredRun => {
    const stored = runs.get(runId)
    if (stored === undefined) throw new RunNotFoundError(`There is no run "${runId}" in the memory store.`)
    return stored
  }
  const owned = (lease: Lease): StoredRun => {
    const stored = find(lease.runId)
    if (stored.token !== lease.token || stored.owner === undefined)
      throw new LeaseLostError(
        `Run "${lease.runId}" was taken over by ${stored.owner ?? 'nobody (the lease was released)'}.`,
      )
    return stored
  }
  const moveHead = (stored: StoredRun, last: JournalRecord): void => {
    const { seq, status, snapshotSeq, at } = last
    stored.run = { ...stored.run, seq, status, snapshotSeq, updatedAt: at }
    if (history === 'last' && snapshotSeq > stored.firstSeq) {
      stored.records = stored.records.filter(record => record.seq >= snapshotSeq)
      stored.firstSeq = stored.records[0]!.seq
    }
  }

  return {
    async create(run, records, { owner, ttlMs }) {
      if (runs.has(run.id)) throw new RunExistsError(`There is a run "${run.id}" in the memory store already.`)
      const stored: StoredRun = {
        run: { ...run },
        firstSeq: records[0]!.seq,
        records: records.map(record => ({ ...record })),
        token: ++lastToken,
        owner,
        leaseUntil: now() + ttlMs,
      }
      runs.set(run.id, stored)
      moveHead(stored, stored.records[stored.records.length - 1]!)
      return { runId: run.id, owner, token: stored.token }
    },
    async get(runId) {
      return runs.get(runId)?.run
    },
    async acquire(runId, { owner, ttlMs, takeOver = false }) {
      const stored = find(runId)
      if (!takeOver && stored.owner !== undefined && stored.leaseUntil > now())
        throw new RunLockedError(
          `Run "${runId}" is held by ${stored.owner}; wait until it is done or its lease runs out.`,
        )
      stored.token = ++lastToken
      stored.owner = owner
      stored.leaseUntil = now() + ttlMs
      return { runId, owner, token: stored.token }
    },
    async renew(lease, ttlMs) {
      owned(lease).leaseUntil = now() + ttlMs
    },
    async release(lease) {
      const stored = runs.get(lease.runId)
      if (stored?.token === lease.token) stored.owner = undefined
    },
    async commit(lease, expectedSeq, records) {
      const stored = owned(lease)
      if (stored.run.seq !== expectedSeq)
        throw new SeqConflictError(`Run "${lease.runId}" is at ${stored.run.seq}, not at ${expectedSeq}.`)
      for (const record of records) stored.records.push({ ...record })
      moveHead(stored, records[records.length - 1]!)
    },
    async read(runId, { afterSeq = 0, limit = Infinity } = {}) {
      const stored = find(runId)
      const from = Math.max(0, afterSeq + 1 - stored.firstSeq)
      return stored.records.slice(from, from + limit)
    },
    async list(listOptions) {
      const all: RunRecord[] = []
      for (const stored of runs.values()) all.push(stored.run)
      return pageRuns(all, listOptions)
    },
    async delete(runId) {
      return runs.delete(runId)
    },
  }
}
