import { Branch } from '../state/patch.ts'
import type { Program } from '../program.ts'
import type { RunStatus } from '../store/store.ts'
import type { StateReducers } from '../state/merge.ts'
import type { BranchWrites } from '../state/merge.ts'
import { cloneJson, type Json } from '../util/json.ts'
import {
  compareKeys,
  isInside,
  newScope,
  newTask,
  placeIn,
  type Entry,
  type Op,
  type Place,
  type Scope,
  type Task,
} from './model.ts'

/** Everything a run is at one moment. Changed by `apply` alone, live and in replay. */
export class RunState {
  readonly program: Program
  readonly rootScope: Scope = newScope(0, undefined, undefined)
  readonly root: Place
  readonly tasks = new Map<number, Task>()
  readonly scopes = new Map<number, Scope>()
  /** the id the next task or scope gets */
  nextId = 1
  steps = 0
  status: RunStatus = 'running'
  end: { readonly output: unknown } | undefined
  /** tasks that became ready since the caller last looked */
  fresh: Task[] = []
  /** told of every task that is cancelled */
  onDrop: ((task: Task) => void) | undefined

  constructor(program: Program, state: unknown) {
    this.program = program
    this.root = placeIn(this.rootScope, 0)
    this.root.branch = new Branch(state, false)
    this.rootScope.live = 1
    this.scopes.set(0, this.rootScope)
  }

  /** The state as `place` sees it. Read only. */
  stateAt(place: Place): unknown {
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up)
      if (at.branch !== undefined) return at.branch.root
    return undefined
  }

  reducersAt(place: Place): StateReducers | undefined {
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up)
      if (at.branch !== undefined && !at.branch.isView && at.scope.fork !== undefined) return at.scope.reducers
    return this.program.reducers
  }

  branchAt(place: Place): Branch {
    place.branch ??= new Branch(this.stateAt(place), true)
    return place.branch
  }

  apply(entry: Entry): void {
    switch (entry.kind) {
      case 'done':
        this.#finish(entry.task)
        if (entry.patch.length > 0) this.branchAt(this.#patchPlace(entry.task)).apply(entry.patch)
        for (const op of entry.ops) this.#op(op)
        return
      case 'more':
        entry.task.emitted++
        for (const op of entry.ops) this.#op(op)
        return
      case 'settle':
      case 'override':
        for (const op of entry.ops) this.#op(op)
        if (entry.kind === 'override') this.status = 'running'
        return
      case 'memo':
        entry.task.memo ??= new Map()
        if (entry.value === undefined) entry.task.memo.delete(entry.key)
        else entry.task.memo.set(entry.key, entry.value)
        return
      case 'wait':
        entry.task.waits ??= new Map()
        for (const wait of entry.waits) entry.task.waits.set(wait.key, wait)
        return
      case 'answer':
        for (const answer of entry.answers) this.#answer(answer.task, answer.key, answer.value)
        return
      case 'started':
        entry.task.isStarted = true
        return
      case 'retry':
        entry.task.waits = undefined
        entry.task.status = 'ready'
        entry.task.attempt++
        return
      case 'fail':
        entry.task.waits = undefined
        entry.task.error = entry.error
        entry.task.status = 'failed'
        this.status = 'failed'
        return
      case 'recover':
        for (const task of this.tasks.values()) task.isRecovered = true
        return
      case 'status':
        this.status = entry.status
        if (entry.status === 'running') this.#revive()
        return
      case 'snapshot':
        return
    }
  }

  /** A generator's own writes wait for the join, as item -1: its items read the state from before them. */
  #patchPlace(task: Task): Place {
    return task.stream === undefined ? task.place : placeIn(task.stream, -1)
  }

  /** A run that goes on gives its failed tasks all their attempts again. */
  #revive(): void {
    for (const task of this.tasks.values()) {
      if (task.status !== 'failed') continue
      task.status = 'ready'
      task.error = undefined
      task.attempt = 1
    }
  }

  #finish(task: Task): void {
    this.steps++
    task.status = 'dead'
    this.tasks.delete(task.id)
    if (task.scope !== undefined) this.scopes.delete(task.scope.id)
  }

  #answer(task: Task, key: string, value: Json): void {
    task.waits?.delete(key)
    task.memo ??= new Map()
    task.memo.set(`i:${key}`, value)
    if (task.status === 'waiting' && (task.waits === undefined || task.waits.size === 0)) this.#ready(task)
  }

  #ready(task: Task): void {
    task.status = 'ready'
    this.fresh.push(task)
  }

  #op(op: Op): void {
    switch (op.t) {
      case 'spawn':
        this.noteId(op.task.id)
        if (op.task.place.scope.isClosed) return
        this.tasks.set(op.task.id, op.task)
        this.#ready(op.task)
        return
      case 'open':
        this.noteId(op.scope.id)
        if (op.scope.up!.scope.isClosed) {
          op.scope.isClosed = true
          return
        }
        this.scopes.set(op.scope.id, op.scope)
        op.scope.live = op.count
        if (op.state !== undefined) placeIn(op.scope, 0).branch = new Branch(cloneJson(op.state.value), false)
        if (op.count === 0) this.#close(op.scope)
        return
      case 'grow':
        op.scope.live++
        return
      case 'item':
        this.#arrive(op)
        return
      case 'leave':
        op.scope.source = undefined
        this.#leave(op.scope)
        return
      case 'kill':
        this.#kill(op.place.scope, op.place.index)
        return
      case 'subend':
        this.#endSubgraph(op.scope, op.place)
        return
      case 'clear':
        this.#clear(op.place, op.count)
        return
      case 'end':
        this.#end(op.value, op.place)
        return
    }
  }

  #arrive(op: Extract<Op, { t: 'item' }>): void {
    const { scope, item, place } = op
    if (scope.isClosed || place.scope.isClosed) return
    scope.items.push(item)
    const first = this.program.joins.get(scope.fork!.id)?.join?.first
    if (first !== undefined && scope.items.length >= first) {
      this.#kill(scope)
      if (scope.source !== undefined) this.#drop(scope.source)
      this.#close(scope)
    } else this.#leave(place.scope, place)
  }

  #leave(scope: Scope, place?: Place): void {
    if (scope.isClosed) return
    scope.live--
    if (place?.isAdmitted) {
      scope.admitted--
      let next = scope.waiting.shift()
      while (next !== undefined && next.status !== 'ready') next = scope.waiting.shift()
      if (next !== undefined) this.fresh.push(next)
    }
    if (scope.live === 0) this.#close(scope)
  }

  #close(scope: Scope): void {
    const join = this.program.joins.get(scope.fork!.id)
    const up = scope.up!
    scope.isClosed = true
    if (join !== undefined) {
      const task = newTask(scope.id, join, up, { scope })
      this.tasks.set(task.id, task)
      this.#ready(task)
      return
    }
    // an inner fork without a join of its own: its items went to an outer join, its writes follow them
    this.scopes.delete(scope.id)
    for (const { key, branch } of writesOf(scope)) up.scope.passed.push({ key: [up.index, ...key], branch })
    this.#leave(up.scope, up)
  }

  #kill(scope: Scope, index?: number): void {
    for (const task of this.tasks.values()) if (isInside(task.place, scope, index)) this.#drop(task)
    for (const inner of this.scopes.values())
      if (inner !== scope && inner.up !== undefined && isInside(inner.up, scope, index)) {
        inner.isClosed = true
        this.scopes.delete(inner.id)
      }
  }

  /** Drops all tasks, and all forks but those around `place`: these wait for what comes from there alone. */
  #clear(place: Place, count: number): void {
    for (const task of this.tasks.values()) this.#drop(task)
    const around = new Set<Scope>()
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
      at.scope.live = at === place ? count : 1
      at.scope.source = undefined
      at.scope.admitted = at.isAdmitted ? 1 : 0
      at.scope.waiting.clear()
      around.add(at.scope)
    }
    for (const scope of this.scopes.values()) {
      if (around.has(scope)) continue
      scope.isClosed = true
      this.scopes.delete(scope.id)
    }
  }

  #drop(task: Task): void {
    task.status = 'dead'
    this.tasks.delete(task.id)
    this.onDrop?.(task)
  }

  /** The writes on the way from an item of `scope` down to `place`, outermost first. */
  #lineage(place: Place, scope: Scope): Branch[] {
    const branches: Branch[] = []
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
      if (at.branch !== undefined) branches.push(at.branch)
      if (at.scope === scope) break
    }
    return branches.reverse()
  }

  #endSubgraph(scope: Scope, place: Place): void {
    const branches = this.#lineage(place, scope)
    this.#kill(scope)
    scope.isClosed = true
    this.scopes.delete(scope.id)
    const hasOwnState = scope.places.get(0)?.branch?.isView === false
    if (hasOwnState) return
    for (const branch of branches) this.branchAt(scope.up!).apply(branch.ops)
  }

  #end(output: unknown, place: Place): void {
    for (const branch of this.#lineage(place, this.rootScope)) if (branch.isView) this.root.branch!.apply(branch.ops)
    this.end = { output }
    this.status = 'done'
    for (const task of this.tasks.values()) this.#drop(task)
    for (const scope of this.scopes.values()) scope.isClosed = true
  }

  noteId(id: number): void {
    if (id >= this.nextId) this.nextId = id + 1
  }
}

/** What the branches of a scope wrote, in the order of the fork; only those that arrived. */
export const writesOf = (scope: Scope): BranchWrites[] => {
  const writes: BranchWrites[] = []
  for (const place of scope.places.values())
    if (place.branch?.isView && place.branch.ops.length > 0) writes.push({ key: [place.index], branch: place.branch })
  writes.push(...scope.passed)
  return writes.sort((a, b) => compareKeys(a.key, b.key))
}
