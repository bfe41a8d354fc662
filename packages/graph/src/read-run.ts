import { GraphRuntimeError, RunNotFoundError } from './errors.ts'
import { eventsOf, type GraphEvent } from './events/event.ts'
import { loadRun } from './kernel/load.ts'
import type { Program } from './program.ts'
import type { GraphStore, RunRecord, RunStatus } from './store/store.ts'
import type { Json } from './util/json.ts'

/** A record of a run's history with the events it stands for. */
export interface HistoryEntry {
  readonly seq: number
  readonly at: number
  readonly status: RunStatus
  readonly events: readonly GraphEvent[]
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** undefined when there is no more */
  readonly cursor?: number
}

/** A run as it was after one record. */
export interface RunMoment<TState> {
  readonly seq: number
  readonly status: RunStatus
  readonly state: TState
  readonly tasks: readonly {
    readonly taskId: number
    readonly nodeId: string
    readonly input: Json
    readonly status: string
  }[]
}

/** @throws {RunNotFoundError}; {GraphRuntimeError} the run is another graph's */
export const readHead = async (program: Program, store: GraphStore, runId: string): Promise<RunRecord> => {
  const run = await store.get(runId)
  if (run === undefined) throw new RunNotFoundError(`There is no run "${runId}" in the store.`)
  if (run.graph !== program.name)
    throw new GraphRuntimeError(`Run "${runId}" belongs to graph "${run.graph}", not to "${program.name}".`)
  return run
}

/** The run after record `seq` (default: now). Runs of older versions of the graph can be looked at too. */
export const readMoment = async (
  program: Program,
  store: GraphStore,
  { runId, seq: wanted }: { readonly runId: string; readonly seq: number | undefined },
): Promise<RunMoment<unknown>> => {
  const run = await readHead(program, store, runId)
  const seq = wanted ?? run.seq
  const { state } = await loadRun(program, store, run, { seq, isReadOnly: true })
  const tasks = [...state.tasks.values()]
    .sort((a, b) => a.id - b.id)
    .map(task => ({
      taskId: task.id,
      nodeId: task.node.id,
      // a stored task's input is JSON; a join has none
      input: task.input ?? null,
      status: task.status,
    }))
  return { seq, status: state.status, state: state.root.branch!.root, tasks }
}

export interface PageOptions {
  readonly runId: string
  readonly limit: number | undefined
  readonly cursor: number | undefined
}

/** What happened in a run, oldest first, a page at a time. */
export const readHistory = async (
  program: Program,
  store: GraphStore,
  { runId, limit = 100, cursor = 0 }: PageOptions,
): Promise<HistoryPage> => {
  const run = await readHead(program, store, runId)
  const start = await beforeNext(store, runId, cursor)
  const last = Math.min(run.seq, start + limit)
  const entries: HistoryEntry[] = []
  for (let from = start; from < last;) {
    // one load stops at the newest snapshot before its end, so a page may need several
    const seq = await segmentEnd(store, runId, { from, last })
    const after = from
    await loadRun(program, store, run, {
      seq,
      isReadOnly: true,
      onEntry: (happened, { seq: at, at: time, status }) => {
        if (at <= after) return
        const events = eventsOf(happened, { seq: at, at: time }, { id: runId, graph: run.graph })
        entries.push({ seq: at, at: time, status, events })
      },
    })
    from = seq
  }
  return start < last && last < run.seq ? { entries, cursor: last } : { entries }
}

/** Where the next record that is still there begins: a store may keep the newest ones only. */
const beforeNext = async (store: GraphStore, runId: string, cursor: number): Promise<number> => {
  const [first] = await store.read(runId, { afterSeq: cursor, limit: 1 })
  return first === undefined ? cursor : first.seq - 1
}

/** The last record up to `last` that has the same snapshot as the one after `from`. */
const segmentEnd = async (
  store: GraphStore,
  runId: string,
  { from, last }: { readonly from: number; readonly last: number },
): Promise<number> => {
  const records = await store.read(runId, { afterSeq: from, limit: last - from })
  const snapshot = records[0]!.snapshotSeq
  let end = records[0]!.seq
  for (const record of records) if (record.snapshotSeq === snapshot) end = record.seq
  return end
}

/** The stored events of a run after a record: what a reconnecting listener missed. */
export async function* readEvents(
  program: Program,
  store: GraphStore,
  { runId, afterSeq }: { readonly runId: string; readonly afterSeq: number | undefined },
): AsyncGenerator<GraphEvent> {
  let cursor: number | undefined = afterSeq ?? 0
  while (cursor !== undefined) {
    const page: HistoryPage = await readHistory(program, store, { runId, cursor, limit: 500 })
    for (const entry of page.entries) yield* entry.events
    cursor = page.cursor
  }
}
