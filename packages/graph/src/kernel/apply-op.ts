import { Branch } from '../state/patch.ts'
import { cloneJson } from '../util/json.ts'
import { forgetWaiting, letOut } from './admission.ts'
import { newTask, placeIn, type Op, type Place, type Scope, type Task } from './model.ts'
import type { RunState } from './run-state.ts'
import { lineage, writesOf } from './writes.ts'

export const makeReady = (state: RunState, task: Task): void => {
  task.status = 'ready'
  state.fresh.push(task)
}

/** Moves one token of a run: the only code that changes its tasks and forks, live and in replay. */
export const applyOp = (state: RunState, op: Op): void => {
  switch (op.t) {
    case 'spawn':
      state.noteId(op.task.id)
      if (op.task.place.scope.isClosed) return
      state.addTask(op.task)
      makeReady(state, op.task)
      return
    case 'open':
      state.noteId(op.scope.id)
      if (op.scope.up!.scope.isClosed) {
        op.scope.isClosed = true
        return
      }
      state.addScope(op.scope)
      op.scope.live = op.count
      if (op.state !== undefined) placeIn(op.scope, 0).branch = new Branch(cloneJson(op.state.value), false)
      if (op.count === 0) close(state, op.scope)
      return
    case 'grow':
      op.scope.live++
      return
    case 'item':
      arrive(state, op)
      return
    case 'leave':
      op.scope.source = undefined
      leave(state, op.scope)
      return
    case 'kill':
      killAt(state, op.place)
      return
    case 'subend':
      endSubgraph(state, op.scope, op.place)
      return
    case 'clear':
      clear(state, op.place, op.count)
      return
    case 'end':
      endRun(state, op.value, op.place)
      return
  }
}

const arrive = (state: RunState, op: Extract<Op, { t: 'item' }>): void => {
  const { scope, item, place } = op
  if (scope.isClosed || place.scope.isClosed) return
  scope.items.push(item)
  const first = state.program.joins.get(scope.fork!.id)?.join?.first
  if (first !== undefined && scope.items.length >= first) {
    kill(state, scope)
    if (scope.source !== undefined) drop(state, scope.source)
    close(state, scope)
  } else leave(state, place.scope, place)
}

const leave = (state: RunState, scope: Scope, place?: Place): void => {
  if (scope.isClosed) return
  scope.live--
  if (place !== undefined) letOut(place, state.fresh)
  if (scope.live === 0) close(state, scope)
}

const close = (state: RunState, scope: Scope): void => {
  const join = state.program.joins.get(scope.fork!.id)
  const up = scope.up!
  scope.isClosed = true
  if (join !== undefined) {
    const task = newTask(scope.id, join, up, { scope })
    state.addTask(task)
    makeReady(state, task)
    return
  }
  // an inner fork without a join of its own: its items went to an outer join, its writes follow them
  state.removeScope(scope)
  for (const { key, branch } of writesOf(scope)) up.scope.passed.push({ key: [up.index, ...key], branch })
  leave(state, up.scope, up)
}

/** Drops what lies in a scope. The work is that of what is dropped, however much else the run has under way. */
const kill = (state: RunState, scope: Scope): void => {
  for (const place of scope.places.values()) killAt(state, place)
}

const killAt = (state: RunState, place: Place): void => {
  // each turn takes one away
  for (let task = place.tasks[0]; task !== undefined; task = place.tasks[0]) drop(state, task)
  for (let inner = place.scopes[0]; inner !== undefined; inner = place.scopes[0]) {
    kill(state, inner)
    inner.isClosed = true
    state.removeScope(inner)
  }
}

/** Drops all tasks, and all forks but those around `place`: these wait for what comes from there alone. */
const clear = (state: RunState, place: Place, count: number): void => {
  for (const task of state.tasks.values()) drop(state, task)
  const around = new Set<Scope>()
  for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
    at.scope.live = at === place ? count : 1
    at.scope.source = undefined
    for (const place of at.scope.places.values()) if (place !== at) place.isAdmitted = false
    at.scope.admitted = at.isAdmitted ? 1 : 0
    forgetWaiting(at.scope)
    around.add(at.scope)
  }
  for (const scope of state.scopes.values()) {
    if (around.has(scope)) continue
    scope.isClosed = true
    state.removeScope(scope)
  }
}

const drop = (state: RunState, task: Task): void => {
  task.status = 'dead'
  state.removeTask(task)
  state.onDrop?.(task)
}

const endSubgraph = (state: RunState, scope: Scope, place: Place): void => {
  const branches = lineage(place, scope)
  kill(state, scope)
  scope.isClosed = true
  state.removeScope(scope)
  const hasOwnState = scope.places.get(0)?.branch?.isView === false
  if (hasOwnState) return
  for (const branch of branches) state.branchAt(scope.up!).apply(branch.ops)
}

const endRun = (state: RunState, output: unknown, place: Place): void => {
  for (const branch of lineage(place, state.rootScope)) if (branch.isView) state.root.branch!.apply(branch.ops)
  state.end = { output }
  state.status = 'done'
  for (const task of state.tasks.values()) drop(state, task)
  for (const scope of state.scopes.values()) scope.isClosed = true
}
