import { StoreCorruptError, VersionMismatchError } from '../errors.ts'
import type { Program, ProgramNode } from '../program.ts'
import type { PatchOp } from '../state/patch.ts'
import { Branch } from '../state/patch.ts'
import type { RunStatus } from '../store/store.ts'
import type { Json } from '../util/json.ts'
import {
  newScope,
  newTask,
  placeIn,
  type Entry,
  type ErrorRecord,
  type Item,
  type ItemJson,
  type Op,
  type Place,
  type Scope,
  type ScopeJson,
  type SnapshotJson,
  type Task,
  type TaskJson,
  type WaitRecord,
} from './model.ts'
import { RunState } from './run-state.ts'

/** Version of the record format below; written into every snapshot. */
export const FORMAT = 1

type At = readonly [number, number]

type OpJson =
  | readonly ['s', id: number, node: string, at: At, input: Json]
  | readonly ['o', id: number, fork: string, at: At, count: number, state?: { readonly value: Json }]
  | readonly ['g', scope: number]
  | readonly ['i', scope: number, at: At, item: ItemJson]
  | readonly ['l', scope: number]
  | readonly ['k', at: At]
  | readonly ['u', scope: number, at: At]
  | readonly ['e', at: At, output: Json]

/** A journal record's JSON. Short keys: there is one for every step. */
export type EntryJson =
  | {
      readonly k: 'done'
      readonly t: number
      readonly o: readonly OpJson[]
      readonly p?: readonly PatchOp[]
      readonly ms: number
    }
  | { readonly k: 'more'; readonly t: number; readonly o: readonly OpJson[] }
  | { readonly k: 'started' | 'recover'; readonly t?: number }
  | { readonly k: 'memo'; readonly t: number; readonly n: string; readonly v?: Json; readonly del?: true }
  | { readonly k: 'wait'; readonly t: number; readonly w: readonly WaitRecord[] }
  | { readonly k: 'answer'; readonly a: readonly (readonly [task: number, key: string, value: Json])[] }
  | { readonly k: 'retry' | 'fail'; readonly t: number; readonly e: ErrorRecord }
  | { readonly k: 'settle'; readonly t: number; readonly e: ErrorRecord; readonly o: readonly OpJson[] }
  | { readonly k: 'override'; readonly o: readonly OpJson[] }
  | { readonly k: 'status'; readonly s: RunStatus; readonly r?: string }
  | {
      readonly k: 'snapshot'
      readonly f: number
      readonly s: SnapshotJson
      readonly r: Extract<Entry, { kind: 'snapshot' }>['reason']
    }

const at = (place: Place): At => [place.scope.id, place.index]

// values in a stored run were made JSON when they were routed
const json = (value: unknown) => (value === undefined ? null : value) as Json

const itemJson = (item: Item): ItemJson =>
  item.error === undefined ? { k: item.key, v: json(item.value) } : { k: item.key, e: item.error }

const opJson = (op: Op): OpJson => {
  switch (op.t) {
    case 'spawn':
      return ['s', op.task.id, op.task.node.id, at(op.task.place), json(op.task.input)]
    case 'open':
      return op.state === undefined
        ? ['o', op.scope.id, op.scope.fork!.id, at(op.scope.up!), op.count]
        : ['o', op.scope.id, op.scope.fork!.id, at(op.scope.up!), op.count, op.state]
    case 'grow':
      return ['g', op.scope.id]
    case 'item':
      return ['i', op.scope.id, at(op.place), itemJson(op.item)]
    case 'leave':
      return ['l', op.scope.id]
    case 'kill':
      return ['k', at(op.place)]
    case 'subend':
      return ['u', op.scope.id, at(op.place)]
    case 'end':
      return ['e', at(op.place), json(op.value)]
  }
}

export const encodeEntry = (entry: Entry): EntryJson => {
  switch (entry.kind) {
    case 'done':
      return {
        k: 'done',
        t: entry.task.id,
        o: entry.ops.map(opJson),
        ...(entry.patch.length > 0 ? { p: entry.patch } : {}),
        ms: entry.ms,
      }
    case 'more':
      return { k: 'more', t: entry.task.id, o: entry.ops.map(opJson) }
    case 'started':
      return { k: 'started', t: entry.task.id }
    case 'recover':
      return { k: 'recover' }
    case 'memo':
      return entry.value === undefined
        ? { k: 'memo', t: entry.task.id, n: entry.key, del: true }
        : { k: 'memo', t: entry.task.id, n: entry.key, v: entry.value }
    case 'wait':
      return { k: 'wait', t: entry.task.id, w: entry.waits }
    case 'answer':
      return { k: 'answer', a: entry.answers.map(({ task, key, value }) => [task.id, key, value] as const) }
    case 'retry':
    case 'fail':
      return { k: entry.kind, t: entry.task.id, e: entry.error }
    case 'settle':
      return { k: 'settle', t: entry.task.id, e: entry.error, o: entry.ops.map(opJson) }
    case 'override':
      return { k: 'override', o: entry.ops.map(opJson) }
    case 'status':
      return entry.reason === undefined
        ? { k: 'status', s: entry.status }
        : { k: 'status', s: entry.status, r: entry.reason }
    case 'snapshot':
      return { k: 'snapshot', f: FORMAT, s: entry.snapshot, r: entry.reason }
  }
}

/** Reads records back against a run state that has applied all earlier ones. */
export class EntryReader {
  readonly #state: RunState
  /** scopes the record being read opens: its later ops point at them before they are applied */
  #opened = new Map<number, Scope>()

  constructor(state: RunState) {
    this.#state = state
  }

  decode(record: EntryJson): Entry {
    this.#opened = new Map()
    switch (record.k) {
      case 'done': {
        const task = this.#task(record.t)
        return { kind: 'done', task, ops: this.#opsOf(task, record.o), patch: record.p ?? [], ms: record.ms }
      }
      case 'more': {
        const task = this.#task(record.t)
        return { kind: 'more', task, ops: this.#opsOf(task, record.o) }
      }
      case 'started':
        return { kind: 'started', task: this.#task(record.t!) }
      case 'recover':
        return { kind: 'recover' }
      case 'memo':
        return {
          kind: 'memo',
          task: this.#task(record.t),
          key: record.n,
          value: record.del ? undefined : (record.v ?? null),
        }
      case 'wait':
        return { kind: 'wait', task: this.#waitingTask(record.t), waits: record.w }
      case 'answer':
        return {
          kind: 'answer',
          answers: record.a.map(([task, key, value]) => ({ task: this.#task(task), key, value })),
        }
      case 'retry':
      case 'fail':
        return { kind: record.k, task: this.#task(record.t), error: record.e }
      case 'settle':
        return { kind: 'settle', task: this.#task(record.t), error: record.e, ops: record.o.map(op => this.#op(op)) }
      case 'override':
        return { kind: 'override', ops: record.o.map(op => this.#op(op)) }
      case 'status':
        return { kind: 'status', status: record.s, ...(record.r === undefined ? {} : { reason: record.r }) }
      case 'snapshot':
        return { kind: 'snapshot', snapshot: record.s, reason: record.r }
    }
  }

  #opsOf(task: Task, records: readonly OpJson[]): Op[] {
    const ops = records.map(op => this.#op(op))
    const first = ops[0]
    if (task.node.isGenerator && task.stream === undefined && first?.t === 'open') bindStream(task, first.scope)
    return ops
  }

  #task(id: number): Task {
    const task = this.#state.tasks.get(id)
    if (task === undefined)
      throw new StoreCorruptError(`The journal names task ${id}, which it has not created or has finished.`)
    return task
  }

  #waitingTask(id: number): Task {
    const task = this.#task(id)
    task.status = 'waiting'
    return task
  }

  #scope(id: number): Scope {
    const scope = this.#opened.get(id) ?? this.#state.scopes.get(id)
    if (scope === undefined) throw new StoreCorruptError(`The journal names fork run ${id}, which is not open.`)
    return scope
  }

  #place([scope, index]: At): Place {
    return placeIn(this.#scope(scope), index)
  }

  #op(op: OpJson): Op {
    switch (op[0]) {
      case 's':
        return {
          t: 'spawn',
          task: newTask(op[1], nodeOf(this.#state.program, op[2]), this.#place(op[3]), { input: op[4] }),
        }
      case 'o': {
        const scope = newScope(op[1], nodeOf(this.#state.program, op[2]), this.#place(op[3]))
        this.#opened.set(scope.id, scope)
        return { t: 'open', scope, count: op[4], ...(op[5] === undefined ? {} : { state: op[5] }) }
      }
      case 'g':
        return { t: 'grow', scope: this.#scope(op[1]) }
      case 'i':
        return { t: 'item', scope: this.#scope(op[1]), place: this.#place(op[2]), item: itemOf(op[3]) }
      case 'l':
        return { t: 'leave', scope: this.#scope(op[1]) }
      case 'k':
        return { t: 'kill', place: this.#place(op[1]) }
      case 'u':
        return { t: 'subend', scope: this.#scope(op[1]), place: this.#place(op[2]) }
      case 'e':
        return { t: 'end', place: this.#place(op[1]), value: op[2] }
    }
  }
}

export const bindStream = (task: Task, scope: Scope): void => {
  task.stream = scope
  scope.source = task
}

const itemOf = (item: ItemJson): Item =>
  item.e === undefined ? { key: item.k, value: item.v ?? null } : { key: item.k, value: undefined, error: item.e }

const nodeOf = (program: Program, id: string): ProgramNode => {
  const node = program.nodes.get(id)
  if (node === undefined)
    throw new VersionMismatchError(
      `The run is at node "${id}", which graph "${program.name}" version ${program.version} does not have.`,
    )
  return node
}

const taskJson = (task: Task): TaskJson => ({
  id: task.id,
  node: task.node.id,
  at: at(task.place),
  ...(task.scope === undefined ? { in: json(task.input) } : { scope: task.scope.id }),
  ...(task.status === 'waiting' || task.status === 'failed' ? { status: task.status } : {}),
  ...(task.attempt === 1 ? {} : { attempt: task.attempt }),
  ...(task.isStarted ? { started: true } : {}),
  ...(task.memo === undefined ? {} : { memo: [...task.memo] }),
  ...(task.waits === undefined ? {} : { waits: [...task.waits.values()] }),
  ...(task.error === undefined ? {} : { error: task.error }),
  ...(task.stream === undefined ? {} : { stream: task.stream.id, emitted: task.emitted }),
})

const scopeJson = (scope: Scope): ScopeJson => ({
  id: scope.id,
  fork: scope.fork!.id,
  up: at(scope.up!),
  live: scope.live,
  ...(scope.isClosed ? { closed: true } : {}),
  ...(scope.source === undefined ? {} : { source: scope.source.id }),
  items: scope.items.map(itemJson),
  branches: [...scope.places.values()]
    .filter(place => place.branch !== undefined)
    .map(({ index, branch }) =>
      branch!.isView ? { index, ops: branch!.ops } : { index, root: { value: json(branch!.root) } },
    ),
  passed: scope.passed.map(({ key, branch }) => ({ key, ops: branch.ops })),
})

export const snapshotOf = (state: RunState): SnapshotJson => ({
  nodes: [...state.program.nodes.values()].map(
    node => [node.id, node.kind, node.fork ?? null, node.join?.first ?? null, node.isGenerator ?? false] as const,
  ),
  state: json(state.root.branch!.root),
  nextId: state.nextId,
  steps: state.steps,
  tasks: [...state.tasks.values()].map(taskJson),
  scopes: [...state.scopes.values()].filter(scope => scope.id !== 0).map(scopeJson),
  ...(state.end === undefined ? {} : { end: { output: json(state.end.output) } }),
})

/** A run as a snapshot describes it. The snapshot's values become the run's own. */
export const restoreSnapshot = (program: Program, snapshot: SnapshotJson, status: RunStatus): RunState => {
  const state = new RunState(program, snapshot.state)
  state.nextId = snapshot.nextId
  state.steps = snapshot.steps
  state.status = status
  if (snapshot.end !== undefined) state.end = snapshot.end
  // a scope is opened after the one it lies in, so ids go from the outside in
  for (const saved of [...snapshot.scopes].sort((a, b) => a.id - b.id)) restoreScope(state, saved)
  for (const saved of snapshot.tasks) restoreTask(state, saved)
  return state
}

const restoreScope = (state: RunState, saved: ScopeJson): void => {
  const up = placeIn(state.scopes.get(saved.up[0])!, saved.up[1])
  const scope = newScope(saved.id, nodeOf(state.program, saved.fork), up)
  scope.live = saved.live
  scope.isClosed = saved.closed ?? false
  scope.items = saved.items.map(itemOf)
  state.scopes.set(scope.id, scope)
  const view = (ops: readonly PatchOp[], base: unknown): Branch => {
    const branch = new Branch(base, true)
    branch.apply(ops)
    return branch
  }
  for (const { index, ops, root } of saved.branches)
    placeIn(scope, index).branch =
      root === undefined ? view(ops ?? [], state.stateAt(up)) : new Branch(root.value, false)
  for (const { key, ops } of saved.passed) scope.passed.push({ key, branch: view(ops, state.stateAt(up)) })
}

const restoreTask = (state: RunState, saved: TaskJson): void => {
  const place = placeIn(state.scopes.get(saved.at[0])!, saved.at[1])
  const scope = saved.scope === undefined ? undefined : state.scopes.get(saved.scope)
  const task = newTask(saved.id, nodeOf(state.program, saved.node), place, {
    input: saved.in,
    ...(scope === undefined ? {} : { scope }),
  })
  task.status = saved.status ?? 'ready'
  task.attempt = saved.attempt ?? 1
  task.isStarted = saved.started ?? false
  task.error = saved.error
  task.emitted = saved.emitted ?? 0
  if (saved.memo !== undefined) task.memo = new Map(saved.memo)
  if (saved.waits !== undefined) task.waits = new Map(saved.waits.map(wait => [wait.key, wait]))
  if (saved.stream !== undefined) bindStream(task, state.scopes.get(saved.stream)!)
  state.tasks.set(task.id, task)
}
