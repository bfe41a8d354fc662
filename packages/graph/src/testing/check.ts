import { GraphError } from '../errors.ts'
import type { GraphStore, JournalRecord, RunRecord, RunStatus } from '../store/store.ts'

export const TTL = 60_000
export const OWNER = { owner: 'a', ttlMs: TTL }

export const same = (actual: unknown, expected: unknown, what: string): void => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: expected ${b?.slice(0, 300)}, got ${a?.slice(0, 300)}`)
}

export const rejects = async (promise: Promise<unknown>, code: string, what: string): Promise<void> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof GraphError || GraphError.isInstance(error)) {
      same((error as GraphError).code, code, `${what}: error code`)
      return
    }
    throw new Error(`${what}: rejected with ${String(error)}, not with a GraphError of code ${code}`, { cause: error })
  }
  throw new Error(`${what}: expected a rejection with code ${code}`)
}

export const record = (seq: number, data: string, status: RunStatus = 'running', snapshotSeq = 1): JournalRecord => ({
  seq,
  at: 1000 + seq,
  status,
  snapshotSeq,
  data,
})

export const newRun = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  graph: 'g',
  version: 1,
  topology: 't',
  status: 'running',
  seq: 1,
  snapshotSeq: 1,
  createdAt: 1000,
  updatedAt: 1001,
  ...more,
})

/** Gives a second handle on the store, as another process would have. */
export type Reopen = (() => Promise<GraphStore> | GraphStore) | undefined

export type StoreCases = Readonly<
  Record<string, (store: GraphStore, options: { readonly reopen?: Reopen }) => Promise<void>>
>
