import { GraphLookupError, StoreCorruptError, VersionMismatchError } from '../errors.ts'
import type { Happened } from '../events/event.ts'
import { linkProgram, type NodeDefinition, type Program } from '../program.ts'
import { validate } from '../schema.ts'
import type { GraphStore, JournalRecord, RunRecord, RunStatus } from '../store/store.ts'
import { cloneJson, toJson, toKept, type Json } from '../util/json.ts'
import { FORMAT, type EntryJson } from './entry-json.ts'
import { EntryReader } from './entry-reader.ts'
import type { SnapshotJson } from './json-forms.ts'
import type { Task } from './model.ts'
import type { RunState } from './run-state.ts'
import { nodeOf } from './node-of.ts'
import { restoreSnapshot, snapshotOf } from './snapshot.ts'
import { changedNodes } from './structure.ts'

/** A saved run, as a migration sees it. */
export interface SavedRun {
  readonly runId: string
  readonly graph: string
  readonly version: number
  readonly state: Json
  readonly tasks: readonly { readonly id: number; readonly node: string; readonly input: Json }[]
}

/** Rewrites a run of an older version of the graph: its state, and the nodes and inputs of its open tasks. */
export type Migration = (run: SavedRun) => Pick<SavedRun, 'state' | 'tasks'>

type OnEntry = (happened: Happened, record: JournalRecord) => void

export interface Loaded {
  readonly run: RunRecord
  readonly state: RunState
  /** set when a migration changed the run and must be stored */
  readonly migrated: SnapshotJson | undefined
  readonly snapshotBytes: number
}

const parse = (record: JournalRecord): EntryJson => {
  // the store keeps the text this package wrote; a format of another version is refused below
  const entry = JSON.parse(record.data) as EntryJson
  if (entry.k === 'snapshot' && entry.f > FORMAT)
    throw new VersionMismatchError(
      `The run was stored in format ${entry.f}; this version of the package reads formats up to ${FORMAT}.`,
    )
  return entry
}

/** Reads a run's state as it was at `seq`, from the newest snapshot before it. */
export const loadRun = async (
  program: Program,
  store: GraphStore,
  run: RunRecord,
  options: {
    readonly seq?: number
    readonly migrate?: Migration | undefined
    /** the run will not go on, so it may be of another version of the graph */
    readonly isReadOnly?: boolean
    readonly onEntry?: OnEntry
  } = {},
): Promise<Loaded> => {
  const last = options.seq ?? run.seq
  if (!Number.isInteger(last) || last < 1 || last > run.seq)
    throw new GraphLookupError(`Run "${run.id}" has records 1 to ${run.seq}, and no record ${last}.`)
  const first = await snapshotBefore(store, run, last)
  const records = await store.read(run.id, { afterSeq: first - 1, limit: last - first + 1 })
  const start = records[0] === undefined ? undefined : parse(records[0])
  if (start?.k !== 'snapshot' || records[0]!.seq !== first)
    throw new StoreCorruptError(`The journal of run "${run.id}" has no snapshot at ${first}.`)
  const snapshotBytes = records[0]!.data.length
  if (isOf(program, start.s)) {
    const state = replay(program, start.s, records, options.onEntry)
    if (start.f === FORMAT || options.isReadOnly) return { run, state, migrated: undefined, snapshotBytes }
    return { run, ...afresh(program, snapshotOf(state), state.status), snapshotBytes }
  }
  if (options.migrate === undefined && !options.isReadOnly) throw mismatch(run, start.s, program)
  const old = replay(shadowProgram(run, start.s), start.s, records, options.onEntry)
  if (options.migrate === undefined) return { run, state: old, migrated: undefined, snapshotBytes }
  const changed = migrateSnapshot(run, snapshotOf(old), { migrate: options.migrate, program })
  return { run, ...afresh(program, changed, old.status), snapshotBytes }
}

/** A run whose inputs this version of graph and package has not parsed. */
const afresh = (program: Program, { tasks, ...rest }: SnapshotJson, status: RunStatus) => {
  const parsed = tasks.map(task => {
    const { input, decode } = nodeOf(program, task.node)
    if (input === undefined || decode !== undefined) return task
    const { in: stored, ...others } = task
    const where = `input of "${task.node}"`
    const kept = toKept(validate(input, stored, where), where)
    return kept === undefined ? others : { ...others, in: kept }
  })
  const state = restoreSnapshot(program, { ...rest, tasks: parsed }, status)
  return { state, migrated: snapshotOf(state) }
}

/** Whether the run can go on as it is with this graph. */
const isOf = (program: Program, { version, topology, nodes }: SnapshotJson): boolean =>
  version === program.version && topology === program.hash && changedNodes(program, nodes).length === 0

const mismatch = (run: RunRecord, snapshot: SnapshotJson, program: Program) => {
  const changed = changedNodes(program, snapshot.nodes).map(id => `"${id}"`)
  const nodes = changed.length === 0 ? '' : ` Changed nodes: ${changed.join(', ')}.`
  return new VersionMismatchError(
    `Run "${run.id}" belongs to version ${snapshot.version} of graph "${run.graph}" (structure ${snapshot.topology}), ` +
      `this is version ${program.version} (structure ${program.hash}).${nodes} Give \`migrate\`, or resume it with the old graph.`,
  )
}

const snapshotBefore = async (store: GraphStore, run: RunRecord, seq: number): Promise<number> => {
  if (seq >= run.snapshotSeq) return run.snapshotSeq
  const [record] = await store.read(run.id, { afterSeq: seq - 1, limit: 1 })
  if (record === undefined) throw new StoreCorruptError(`The journal of run "${run.id}" has no record ${seq}.`)
  return record.snapshotSeq
}

const replay = (
  program: Program,
  snapshot: SnapshotJson,
  records: readonly JournalRecord[],
  onEntry?: OnEntry,
): RunState => {
  const state = restoreSnapshot(program, snapshot, records[0]!.status)
  const reader = new EntryReader(state)
  let dropped: Task[] = []
  if (onEntry !== undefined) state.onDrop = task => dropped.push(task)
  records.forEach((record, index) => {
    const entry = reader.decode(parse(record))
    if (index > 0 && entry.kind !== 'snapshot') {
      state.apply(entry)
      state.fresh = []
    }
    onEntry?.({ entry, dropped }, record)
    dropped = []
  })
  state.onDrop = undefined
  return state
}

/** As much of an old graph as replaying its journal needs: nodes and which join closes which fork, no code. */
const shadowProgram = (run: RunRecord, snapshot: SnapshotJson): Program => {
  const nodes = snapshot.nodes.map(([id, kind, fork, first, isGenerator]): NodeDefinition => {
    const join = {
      initial: () => undefined,
      reduce: () => undefined,
      order: 'input' as const,
      ...(first === null ? {} : { first }),
    }
    return { id, kind, edges: [], isGenerator, ...(fork === null ? {} : { fork, join }) }
  })
  return linkProgram({ name: run.graph, version: snapshot.version, nodes })
}

const migrateSnapshot = (
  run: RunRecord,
  old: SnapshotJson,
  { migrate, program }: { readonly migrate: Migration; readonly program: Program },
): SnapshotJson => {
  const open = old.tasks.filter(task => task.scope === undefined)
  const saved: SavedRun = {
    runId: run.id,
    graph: run.graph,
    version: old.version,
    state: cloneJson(old.state ?? null),
    tasks: open.map(task => ({ id: task.id, node: task.node, input: cloneJson(task.in ?? null) })),
  }
  const changed = migrate(saved)
  const tasks = new Map(changed.tasks.map(task => [task.id, task]))
  return {
    ...old,
    ...migratedState(program, old.state, changed.state),
    tasks: old.tasks.flatMap(task => {
      if (task.scope !== undefined) return [task]
      const next = tasks.get(task.id)
      if (next === undefined) return []
      if (task.in === undefined && next.input === null) return [{ ...task, node: next.node }]
      return [{ ...task, node: next.node, in: toJson(next.input, `migrated input of "${next.node}"`) }]
    }),
  }
}

const migratedState = (
  { definition: { state: schema } }: Program,
  old: Json | undefined,
  changed: Json,
): { readonly state?: Json } => {
  // a migration is shown null for undefined
  const given = old === undefined && changed === null ? undefined : changed
  const state = schema === undefined ? given : validate(schema, given, 'migrated state')
  return given === undefined && state === undefined ? {} : { state: toJson(state, 'migrated state') }
}

/** Visits every moment of a run in order: the state after each record, and the record. One pass, whatever the length.
 *  What happened before a migration is replayed with as much of the old graph as is known. */
export const replayRun = async (
  program: Program,
  store: GraphStore,
  run: RunRecord,
  visit: (state: RunState, record: JournalRecord) => void,
): Promise<void> => {
  let state: RunState | undefined
  let reader: EntryReader | undefined
  for (let seq = 0; seq < run.seq;) {
    const records = await store.read(run.id, { afterSeq: seq, limit: 1000 })
    if (records.length === 0) break
    for (const record of records) {
      const json = parse(record)
      // a run whose early history is not kept begins with a later snapshot; a migration begins it anew
      if (state === undefined || reader === undefined || (json.k === 'snapshot' && json.r === 'migrate')) {
        if (json.k !== 'snapshot') continue
        const past = isOf(program, json.s) ? program : shadowProgram(run, json.s)
        state = restoreSnapshot(past, json.s, record.status)
        reader = new EntryReader(state)
      } else if (json.k !== 'snapshot') {
        state.apply(reader.decode(json))
        state.fresh = []
      }
      visit(state, record)
    }
    seq = records[records.length - 1]!.seq
  }
}
