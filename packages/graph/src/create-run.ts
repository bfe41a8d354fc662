import { encodeEntry } from './kernel/entry-json.ts'
import { Journal } from './kernel/journal.ts'
import type { RunState } from './kernel/run-state.ts'
import { snapshotOf } from './kernel/snapshot.ts'
import type { StoreControls } from './run-options.ts'
import type { GraphStore, JournalRecord, Lease, RunRecord } from './store/store.ts'
import { randomId } from './util/ids.ts'

const DEFAULT_LEASE_MS = 15_000

export interface NewRun {
  readonly runId: string
  readonly state: RunState
  readonly options: StoreControls
  readonly reason: 'start' | 'fork' | 'import'
  readonly forkOf?: RunRecord['forkOf']
  readonly traceparent?: string | undefined
}

/** Stores a run that is about to begin, and leases it to this process.
 *  @throws {RunExistsError} */
export const createRun = async (store: GraphStore, what: NewRun): Promise<Journal> => {
  const { runId, state, options, forkOf, traceparent } = what
  const { program } = state
  const at = Date.now()
  const data = JSON.stringify(encodeEntry({ kind: 'snapshot', snapshot: snapshotOf(state), reason: what.reason }))
  const run: RunRecord = {
    id: runId,
    graph: program.name,
    version: program.version,
    topology: program.hash,
    status: state.status,
    seq: 1,
    snapshotSeq: 1,
    createdAt: at,
    updatedAt: at,
    ...(forkOf === undefined ? {} : { forkOf }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
  const record: JournalRecord = { seq: 1, at, status: state.status, snapshotSeq: 1, data }
  const lease = await store.create(run, [record], leaseOptions(options))
  return openJournal(store, { run, lease, options, snapshotBytes: data.length })
}

export const leaseOptions = ({ owner, leaseMs }: StoreControls) => ({
  owner: owner ?? `owner-${randomId()}`,
  ttlMs: leaseMs ?? DEFAULT_LEASE_MS,
})

export const openJournal = (
  store: GraphStore,
  what: {
    readonly run: RunRecord
    readonly lease: Lease
    readonly options: StoreControls
    readonly snapshotBytes: number
  },
): Journal => {
  const { run, lease, options, snapshotBytes } = what
  const { leaseMs = DEFAULT_LEASE_MS, durability = 'task' } = options
  return new Journal({ store, run, lease, leaseMs, durability, snapshotBytes })
}
