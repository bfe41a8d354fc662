import type { Program } from '../program.ts'
import { Branch, type PatchOp } from '../state/patch.ts'
import type { RunStatus } from '../store/store.ts'
import { countIn } from './admission.ts'
import { at, itemJson, itemOf, json, type ScopeJson, type SnapshotJson, type TaskJson } from './json-forms.ts'
import { bindStream, compareKeys, newScope, newTask, placeIn, type Place, type Scope, type Task } from './model.ts'
import { nodeOf } from './node-of.ts'
import { RunState } from './run-state.ts'
import { structureOf } from './structure.ts'

const taskJson = (task: Task): TaskJson => ({
  id: task.id,
  node: task.node.id,
  at: at(task.place),
  ...(task.input === undefined ? {} : { in: task.input }),
  ...(task.scope === undefined ? {} : { scope: task.scope.id }),
  ...(task.status === 'waiting' || task.status === 'failed' ? { status: task.status } : {}),
  ...(task.attempt === 1 ? {} : { attempt: task.attempt }),
  ...(task.isStarted ? { started: true } : {}),
  ...(task.memo === undefined ? {} : { memo: [...task.memo] }),
  ...(task.waits === undefined ? {} : { waits: [...task.waits.values()] }),
  ...(task.error === undefined ? {} : { error: task.error }),
  ...(task.stream === undefined ? {} : { stream: task.stream.id, emitted: task.emitted }),
})

const indicesOf = (scope: Scope, test: (place: Place) => boolean): number[] =>
  [...scope.places.values()].filter(test).map(({ index }) => index)

const scopeJson = (scope: Scope): ScopeJson => ({
  id: scope.id,
  fork: scope.fork!.id,
  up: at(scope.up!),
  live: scope.live,
  ...(scope.isClosed ? { closed: true } : {}),
  ...(scope.source === undefined ? {} : { source: scope.source.id }),
  ...(scope.limit === undefined ? {} : { admitted: indicesOf(scope, place => place.isAdmitted) }),
  items: scope.items.map(itemJson),
  branches: [...scope.places.values()]
    .filter(place => place.branch !== undefined)
    .map(({ index, branch }) =>
      branch!.isView ? { index, ops: branch!.ops } : { index, root: { value: json(branch!.root) } },
    ),
  passed: scope.passed.map(({ key, branch }) => ({ key, ops: branch.ops })),
})

export const snapshotOf = (state: RunState): SnapshotJson => ({
  version: state.program.version,
  topology: state.program.hash,
  nodes: structureOf(state.program),
  ...(state.root.branch!.root === undefined ? {} : { state: json(state.root.branch!.root) }),
  nextId: state.nextId,
  steps: state.steps,
  tasks: [...state.tasks.values()].map(taskJson),
  scopes: [...state.scopes.values()].filter(scope => scope.id !== 0).map(scopeJson),
  ...(state.end === undefined ? {} : { end: state.end.output === undefined ? {} : { output: json(state.end.output) } }),
})

/** A run as a snapshot describes it. The snapshot's values become the run's own. */
export const restoreSnapshot = (program: Program, snapshot: SnapshotJson, status: RunStatus): RunState => {
  const state = new RunState(program, snapshot.state)
  state.nextId = snapshot.nextId
  state.steps = snapshot.steps
  state.status = status
  if (snapshot.end !== undefined) state.end = { output: snapshot.end.output }
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
  state.addScope(scope)
  for (const index of saved.admitted ?? []) countIn(placeIn(scope, index))
  const view = (ops: readonly PatchOp[], base: unknown): Branch => {
    const branch = new Branch(base, true)
    branch.apply(ops)
    return branch
  }
  for (const { index, ops, root } of saved.branches)
    placeIn(scope, index).branch =
      root === undefined ? view(ops ?? [], state.stateAt(up)) : new Branch(root.value, false)
  // an inner branch saw what the branches around it had written: those of its item, and the ones passed on before it
  const known = new Map<string, Branch>()
  for (const { key, ops } of [...saved.passed].sort((a, b) => compareKeys(a.key, b.key))) {
    const branch = view(ops, enclosing(known, key)?.root ?? state.stateAt(placeIn(scope, key[0]!)))
    known.set(key.join(), branch)
    scope.passed.push({ key, branch })
  }
}

const enclosing = (known: ReadonlyMap<string, Branch>, key: readonly number[]): Branch | undefined => {
  for (let length = key.length - 1; length > 1; length--) {
    const branch = known.get(key.slice(0, length).join())
    if (branch !== undefined) return branch
  }
  return undefined
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
  // snapshots of older versions do not say which items were under way
  if (task.status !== 'ready' || task.isStarted || task.memo !== undefined || task.attempt > 1) countIn(place)
  state.addTask(task)
}
