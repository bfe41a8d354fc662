import type { Program } from '../program.ts'
import type { MergeOptions, StateReducers } from '../state/merge.ts'
import { Branch } from '../state/patch.ts'
import type { RunStatus } from '../store/store.ts'
import type { Json } from '../util/json.ts'
import { countIn } from './admission.ts'
import { applyOp, makeReady } from './apply-op.ts'
import { newScope, placeIn, type Entry, type Place, type Scope, type Task, type WaitRecord } from './model.ts'

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
    this.addScope(this.rootScope)
  }

  /** The state as `place` sees it. Read only. */
  stateAt(place: Place): unknown {
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up)
      if (at.branch !== undefined) return at.branch.root
    return undefined
  }

  /** How the writes of branches that meet at `place` are merged. A subgraph has its own rules; where it shares the state of the graph
   *  around it, that one's rules hold for what it says nothing about. */
  mergeRulesAt(place: Place): Pick<MergeOptions, 'reducers' | 'onConflict'> {
    const { program } = this
    let reducers: StateReducers = {}
    let onConflict: MergeOptions['onConflict'] | undefined
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
      const sub = at.scope.fork?.sub
      if (sub === undefined) continue
      reducers = { ...sub.reducers, ...reducers }
      onConflict ??= sub.onConflict
      if (sub.state !== undefined) return { reducers, onConflict: onConflict ?? 'error' }
    }
    return { reducers: { ...program.reducers, ...reducers }, onConflict: onConflict ?? program.onConflict }
  }

  branchAt(place: Place): Branch {
    place.branch ??= new Branch(this.stateAt(place), true)
    return place.branch
  }

  apply(entry: Entry): void {
    if ('task' in entry) countIn(entry.task.place)
    switch (entry.kind) {
      case 'done':
        this.#finish(entry.task)
        if (entry.patch.length > 0) this.branchAt(this.#patchPlace(entry.task)).apply(entry.patch)
        for (const op of entry.ops) applyOp(this, op)
        return
      case 'more':
        entry.task.emitted++
        for (const op of entry.ops) applyOp(this, op)
        return
      case 'settle':
      case 'override':
        for (const op of entry.ops) applyOp(this, op)
        if (entry.kind === 'override' && this.end === undefined) this.status = 'running'
        return
      case 'memo':
        entry.task.memo ??= new Map()
        if (entry.value === undefined) entry.task.memo.delete(entry.key)
        else entry.task.memo.set(entry.key, entry.value)
        return
      case 'wait':
        this.#wait(entry.task, entry.waits)
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
        endAttempt(entry.task)
        return
      case 'fail':
        entry.task.waits = undefined
        entry.task.error = entry.error
        entry.task.status = 'failed'
        endAttempt(entry.task)
        this.status = 'failed'
        return
      case 'recover':
        for (const task of this.tasks.values()) task.isRecovered = true
        this.#takeUp()
        return
      case 'status':
        this.status = entry.status
        if (entry.status === 'running') this.#takeUp()
        return
      case 'snapshot':
        return
    }
  }

  /** A generator's own writes wait for the join, as item -1: its items read the state from before them. */
  #patchPlace(task: Task): Place {
    return task.stream === undefined ? task.place : placeIn(task.stream, -1)
  }

  /** Nobody knows which of its tasks a run that goes on had begun. Those that failed get all their attempts again. */
  #takeUp(): void {
    for (const task of this.tasks.values()) {
      task.hasBegun = true
      if (task.status !== 'waiting') task.isLost = task.isStarted
      if (task.status !== 'failed') continue
      task.status = 'ready'
      task.error = undefined
      task.attempt = 1
    }
  }

  #finish(task: Task): void {
    this.steps++
    task.status = 'dead'
    this.removeTask(task)
    if (task.scope !== undefined) this.removeScope(task.scope)
  }

  /** A question keeps its payload when it is answered: that tells it from others when the node runs again. */
  #wait(task: Task, waits: readonly WaitRecord[]): void {
    task.waits ??= new Map()
    task.memo ??= new Map()
    for (const wait of waits) {
      task.waits.set(wait.key, wait)
      task.memo.set(`q:${wait.key}`, wait.payload)
      // an answer that did not fit
      task.memo.delete(`i:${wait.key}`)
    }
    endAttempt(task)
  }

  #answer(task: Task, key: string, value: Json): void {
    const wait = task.waits?.get(key)
    task.waits?.delete(key)
    task.memo ??= new Map()
    // of a question that an earlier version asked
    if (wait !== undefined) task.memo.set(`q:${key}`, wait.payload)
    task.memo.set(`i:${key}`, value)
    if (task.status === 'waiting' && (task.waits === undefined || task.waits.size === 0)) makeReady(this, task)
  }

  addTask(task: Task): void {
    this.tasks.set(task.id, task)
    task.place.tasks.push(task)
  }

  removeTask(task: Task): void {
    this.tasks.delete(task.id)
    remove(task.place.tasks, task)
  }

  addScope(scope: Scope): void {
    this.scopes.set(scope.id, scope)
    scope.up?.scopes.push(scope)
  }

  removeScope(scope: Scope): void {
    this.scopes.delete(scope.id)
    if (scope.up !== undefined) remove(scope.up.scopes, scope)
  }

  noteId(id: number): void {
    if (id >= this.nextId) this.nextId = id + 1
  }
}

/** Its end is known. One that was refused, because an earlier one is lost, changes nothing about that. */
const endAttempt = (task: Task): void => {
  if (!task.isLost) task.isStarted = false
}

/** For the few things at one place; their order means nothing. */
const remove = <T>(items: T[], item: T): void => {
  const last = items.length - 1
  if (items[last] !== item) {
    const index = items.indexOf(item)
    if (index === -1) return
    items[index] = items[last]!
  }
  items.pop()
}
