import {
  GraphNodeStatusError,
  GraphRuntimeError,
  RunCancelledError,
  StepLimitError,
  UndeclaredEdgeError,
} from '../errors.ts'
import { eventsOf, taskRef, type GraphEvent } from '../events/event.ts'
import type { InterruptAnswer, OpenInterrupt } from '../interrupt.ts'
import { memoryCache, retryDelayMs, type CacheStore } from '../policy.ts'
import type { ProgramNode, Recovery } from '../program.ts'
import { validate } from '../schema.ts'
import type { RunStatus } from '../store/store.ts'
import { cloneJson, toJson, type Json } from '../util/json.ts'
import { Queue } from '../util/queue.ts'
import { bindStream, encodeEntry, snapshotOf } from './codec.ts'
import { TaskContext } from './context.ts'
import { guard } from './guard.ts'
import { matchAnswers, openInterrupts } from './interrupts.ts'
import type { Journal } from './journal.ts'
import { runJoin } from './join.ts'
import { errorRecord, placeIn, type Entry, type Op, type Place, type Task, type WaitRecord } from './model.ts'
import { Router } from './route.ts'
import type { RunState } from './run-state.ts'

/** Wraps the execution of nodes, for tracing. */
export interface NodeTracer {
  node(task: Task, run: () => unknown): unknown
}

export interface KernelOptions {
  readonly runId: string
  readonly state: RunState
  readonly deps: unknown
  readonly journal: Journal | undefined
  /** tasks at once; default no limit */
  readonly concurrency?: number
  readonly maxSteps?: number
  readonly isManual?: boolean
  readonly tracer?: NodeTracer
  readonly signal?: AbortSignal
  readonly drainSignal?: AbortSignal
  readonly caches: Map<string, CacheStore>
  readonly now?: () => number
}

/** Why a kernel stopped. */
export type Stop =
  | { readonly status: 'done'; readonly output: unknown }
  | { readonly status: 'interrupted'; readonly interrupts: readonly OpenInterrupt[] }
  | { readonly status: 'paused' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'cancelled'; readonly error: unknown }

const DEFAULT_MAX_STEPS = 100_000

/** Lets timers and I/O of the process have a turn. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? callback => void setImmediate(callback)
    : callback => void setTimeout(callback, 0)

const YIELD_EVERY_MS = 10

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Drives a run: starts ready tasks, routes what they return, writes it down, and stops when nothing is left to do. */
export class Kernel {
  readonly runId: string
  readonly state: RunState
  readonly deps: unknown
  readonly #options: KernelOptions
  readonly #journal: Journal | undefined
  readonly #limit: number
  readonly #maxSteps: number
  readonly #now: () => number
  readonly #listeners = new Set<(event: GraphEvent) => void>()
  readonly #ready = new Queue<Task>()
  /** ready tasks a manual driver may start */
  #held: Task[] = []
  #active = 0
  #sleeping = 0
  /** counts the times this kernel was set going; timers of an earlier time are stale */
  #epoch = 0
  #isPumping = false
  /** before `run` nothing starts, whatever becomes ready */
  #isGoing = false
  #launches = 0
  #lastYield = 0
  #isYielding = false
  #isDraining = false
  #stop: Stop | undefined
  #isStopping = false
  /** why the run failed, however it seemed to end: its store was lost, or a listener threw */
  #fault: { readonly error: unknown } | undefined
  #settled: PromiseWithResolversLike<Stop>
  #progress: (() => void) | undefined
  readonly #onAbort = () => this.cancel(this.#options.signal?.reason)
  readonly #onDrain = () => this.drain()

  constructor(options: KernelOptions) {
    this.#options = options
    this.runId = options.runId
    this.state = options.state
    this.deps = options.deps
    this.#journal = options.journal
    this.#limit = options.concurrency ?? Infinity
    this.#maxSteps = options.maxSteps ?? DEFAULT_MAX_STEPS
    this.#now = options.now ?? Date.now
    this.#settled = withResolvers()
    this.state.onDrop = task => this.#abandon(task, 'another branch won')
  }

  // ---- driving

  /** Starts, or goes on after `answer`. Resolves when the run stops, however it stops. */
  run(): Promise<Stop> {
    const { signal, drainSignal } = this.#options
    this.#isGoing = true
    this.#isStopping = false
    this.#stop = undefined
    this.#settled = withResolvers()
    this.state.fresh = []
    this.#epoch++
    this.#sleeping = 0
    this.#ready.clear()
    this.#held = []
    if (this.#fault !== undefined) {
      // the store was lost between taking the run up and driving it
      this.#finish({ status: 'failed', error: this.#fault.error })
      return this.#settled.promise
    }
    for (const task of [...this.state.tasks.values()].sort((a, b) => a.id - b.id)) this.#requeue(task)
    if (signal?.aborted) this.cancel(signal.reason)
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (drainSignal?.aborted) this.drain()
    else drainSignal?.addEventListener('abort', this.#onDrain, { once: true })
    this.#pump()
    return this.#settled.promise
  }

  #requeue(task: Task): void {
    if (task.status === 'waiting' && task.waits !== undefined && task.waits.size > 0) return
    task.status = 'ready'
    this.#offer(task)
  }

  /** Lets the ready tasks of a manual run go, and resolves at the next moment something has come of it. */
  step(): Promise<void> {
    const progress = withResolvers<void>()
    this.#progress = () => {
      this.#progress = undefined
      progress.resolve()
    }
    const held = this.#held
    this.#held = []
    for (const task of held) if (task.status === 'ready') this.#ready.push(task)
    this.#pump()
    return progress.promise
  }

  get readyTasks(): readonly Task[] {
    return this.#held.filter(task => task.status === 'ready')
  }

  /** nothing is running */
  get isIdle(): boolean {
    return this.#active === 0 && this.#sleeping === 0
  }

  get stopped(): Stop | undefined {
    return this.#stop
  }

  /** Replaces all that is ready or failed by other tasks, or by the end. Only between the steps of a manual run. */
  async override(
    next: readonly { readonly nodeId: string; readonly input: unknown }[] | { readonly end: unknown },
  ): Promise<void> {
    if (this.#active > 0)
      throw new GraphNodeStatusError('A run can only be overridden between its steps; a task is still running.')
    const ops: Op[] = []
    const first =
      [...this.state.tasks.values()].find(task => task.status === 'failed') ?? [...this.state.tasks.values()][0]
    const place = first?.place ?? this.state.root
    for (const task of this.state.tasks.values()) ops.push({ t: 'kill', place: task.place })
    if ('end' in next)
      ops.push({
        t: 'end',
        value: this.#journal === undefined ? next.end : toJson(next.end, 'output of the run'),
        place,
      })
    else {
      const router = new Router(this.state.program, this.#journal !== undefined, this.probe(place), this.state.nextId)
      for (const { nodeId, input } of next) {
        const node = this.state.program.nodes.get(nodeId)
        if (node === undefined)
          throw new GraphRuntimeError(`Node "${nodeId}" is not in graph "${this.state.program.name}".`)
        router.arrive(node, input, place)
      }
      ops.push(...router.ops)
    }
    this.#held = []
    this.#isStopping = false
    this.#stop = undefined
    this.#settled = withResolvers()
    this.#record({ kind: 'override', ops })
    await this.#journal?.flush()
    if (this.state.end !== undefined) this.#settleWhenIdle()
  }

  /** A context outside any task, for code that routes. */
  probe(place: Place): TaskContext {
    const node = this.state.program.start ?? this.state.program.nodes.values().next().value!
    return new TaskContext(this, { ...blankTask, node, place })
  }

  cancel(reason: unknown): void {
    if (this.#stop !== undefined || this.#isStopping) return
    const error = new RunCancelledError(`Run "${this.runId}" was cancelled.`, { cause: reason })
    this.#finish({ status: 'cancelled', error })
  }

  /** Stops between two steps of a manual run. */
  pause(): void {
    this.#finish({ status: 'paused' })
  }

  /** Finishes the tasks that are running, starts no other, and stops. */
  drain(): void {
    this.#isDraining = true
    this.#settleWhenIdle()
  }

  // ---- listening

  listen(listener: (event: GraphEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emitCustom(task: Task, data: unknown): void {
    if (this.#listeners.size > 0) this.#tell({ type: 'custom', at: this.#now(), ...taskRef(task), data })
  }

  #tell(event: GraphEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // a listener's fault ends the run, and is not mistaken for one of the store
        this.#listeners.delete(listener)
        this.#fault ??= { error }
        this.#finish({ status: 'failed', error })
      }
    }
  }

  #tellEntry(entry: Entry, seq: number | undefined, at: number): void {
    const stamp = seq === undefined ? { at } : { seq, at }
    for (const event of eventsOf(entry, stamp, { id: this.runId, graph: this.state.program.name })) this.#tell(event)
  }

  // ---- starting tasks

  /** A ready task: started as soon as there is room, or held for a manual driver. */
  #offer(task: Task): void {
    if (this.#options.isManual) this.#held.push(task)
    else this.#ready.push(task)
  }

  #pump(): void {
    if (this.#isPumping || this.#isYielding || !this.#isGoing) return
    this.#isPumping = true
    while (this.#active < this.#limit && !this.#isStopping && !this.#isDraining) {
      const task = this.#ready.shift()
      if (task === undefined) break
      if (task.status !== 'ready' || !this.#admit(task)) continue
      if ((++this.#launches & 63) === 0 && this.#mustYield()) {
        this.#launch(task)
        break
      }
      this.#launch(task)
    }
    this.#isPumping = false
    if (this.#active === 0) this.#settleWhenIdle()
  }

  #mustYield(): boolean {
    const now = performance.now()
    if (this.#lastYield === 0) this.#lastYield = now
    if (now - this.#lastYield < YIELD_EVERY_MS) return false
    this.#isYielding = true
    later(() => {
      this.#isYielding = false
      this.#lastYield = performance.now()
      this.#pump()
    })
    return true
  }

  /** Keeps a map within its `concurrency`, counted in items. */
  #admit(task: Task): boolean {
    const { scope } = task.place
    const limit = scope.fork?.concurrency
    if (limit === undefined || task.place.isAdmitted) return true
    if (scope.admitted >= limit) {
      scope.waiting.push(task)
      return false
    }
    scope.admitted++
    task.place.isAdmitted = true
    return true
  }

  #launch(task: Task): void {
    if (this.state.steps + this.#active >= this.#maxSteps) {
      const error = new StepLimitError(
        `Run "${this.runId}" took ${this.#maxSteps} steps without an end. Raise maxSteps if that is meant.`,
      )
      this.#finish({ status: 'failed', error })
      return
    }
    const context = new TaskContext(this, task)
    task.context = context
    task.status = 'running'
    this.#active++
    if (this.#listeners.size > 0)
      this.#tell({ type: 'task-start', at: this.#now(), ...taskRef(task), attempt: task.attempt })
    if (this.#journal !== undefined || this.#listeners.size > 0) context.startedAt = performance.now()
    let output: unknown
    try {
      output =
        task.node.policy === undefined && this.#options.tracer === undefined
          ? this.#execute(context)
          : this.#guarded(context)
    } catch (error) {
      this.#failed(context, error)
      return
    }
    if (isPromise(output))
      output.then(
        value => this.#succeeded(context, value),
        (error: unknown) => this.#failed(context, error),
      )
    else this.#succeeded(context, output)
  }

  #execute(context: TaskContext): unknown {
    const { node } = context.task
    if (node.kind === 'join') return runJoin(this.state, context, this.#journal !== undefined)
    const output = node.run!(context)
    return node.isGenerator ? this.#generate(context, output as AsyncIterable<unknown>) : output
  }

  /** The live value of a task's input: read back from JSON when the run is stored, so that every attempt gets its own. */
  inputOf(task: Task): unknown {
    if (this.#journal === undefined) return task.input
    // tasks of a stored run hold JSON
    const json = cloneJson(task.input as Json)
    if (task.node.decode !== undefined) return task.node.decode(json)
    return task.node.input === undefined || !task.isRecovered
      ? json
      : validate(task.node.input, json, `input of "${task.node.id}"`)
  }

  #guarded(context: TaskContext): Promise<unknown> {
    const { tracer } = this.#options
    const run = () => this.#execute(context)
    return guard(context, tracer === undefined ? run : () => tracer.node(context.task, run), {
      cacheOf: id => this.#cacheOf(id),
      announce: async task => {
        if (this.#journal !== undefined) await this.#stored({ kind: 'started', task })
      },
      isParked: parked => this.#parked.has(parked),
      fail: (failed, error) => this.#failed(failed, error),
    })
  }

  #cacheOf(nodeId: string): CacheStore {
    let cache = this.#options.caches.get(nodeId)
    if (cache === undefined) this.#options.caches.set(nodeId, (cache = memoryCache()))
    return cache
  }

  async #generate(context: TaskContext, items: AsyncIterable<unknown>): Promise<unknown> {
    const { task } = context
    const map = task.node.next[0]!
    let index = 0
    for await (const item of items) {
      if (context.isDead) return undefined
      // after a crash the generator starts anew: what it has handed on already is skipped
      if (index++ < task.emitted) continue
      const router = this.#router(context)
      const scope = task.stream ?? router.openStream(map, task.place)
      router.streamItem(scope, index - 1, item)
      if (task.stream === undefined) bindStream(task, scope)
      await this.#stored({ kind: 'more', task, ops: router.ops })
    }
    return undefined
  }

  // ---- what comes of a task

  #router(context: TaskContext): Router {
    return new Router(this.state.program, this.#journal !== undefined, context, this.state.nextId)
  }

  #succeeded(context: TaskContext, output: unknown, recovery?: { readonly to: string }): void {
    if (context.isDead) return
    const { task } = context
    let entry: Entry
    try {
      const router = this.#router(context)
      if (recovery !== undefined) router.arrive(this.#errorTarget(task, recovery.to), output, task.place)
      else if (!task.node.isGenerator) router.leave(task.node, output, task.place)
      else {
        const scope = task.stream ?? router.openStream(task.node.next[0]!, task.place)
        bindStream(task, scope)
        router.ops.push({ t: 'leave', scope })
      }
      const ms = context.startedAt === 0 ? 0 : Math.round((performance.now() - context.startedAt) * 1000) / 1000
      entry = { kind: 'done', task, ops: router.ops, patch: context.takePatch(), ms }
    } catch (error) {
      this.#failed(context, error)
      return
    }
    context.isDead = true
    task.context = undefined
    if (!this.#parked.delete(context)) this.#active--
    this.#record(entry)
    this.#pump()
  }

  #errorTarget(task: Task, id: string): ProgramNode {
    const qualified = task.node.parent === undefined ? id : `${task.node.parent}/${id}`
    const target = this.state.program.nodes.get(qualified)
    if (target === undefined || !task.node.targets.has(qualified))
      throw new UndeclaredEdgeError(
        `The error handler of "${task.node.id}" went to "${id}", which is not in its errorTo.`,
      )
    return target
  }

  #failed(context: TaskContext, error: unknown): void {
    if (context.isDead) return
    const { task } = context
    if (!this.#parked.delete(context)) this.#active--
    context.kill(error)
    task.context = undefined
    const retry = task.node.policy?.retry
    if (
      retry !== undefined &&
      task.attempt < retry.maxAttempts &&
      (retry.retryOn?.(error) ?? !(error instanceof RunCancelledError))
    )
      this.#retry(task, error, retryDelayMs(retry, task.attempt))
    else if (task.node.recover !== undefined) this.#recover(task, error, task.node.recover)
    else this.#giveUp(task, error)
    this.#pump()
  }

  #retry(task: Task, error: unknown, delayMs: number): void {
    this.#sleeping++
    this.#record({ kind: 'retry', task, error: errorRecord(error) })
    const epoch = this.#epoch
    setTimeout(() => {
      if (epoch !== this.#epoch) return
      this.#sleeping--
      if (task.status === 'ready' && !this.#isStopping) this.#ready.push(task)
      this.#pump()
    }, delayMs)
  }

  #recover(task: Task, error: unknown, handler: (error: unknown, context: TaskContext) => unknown): void {
    const context = new TaskContext(this, task)
    task.context = context
    task.status = 'running'
    this.#active++
    const run = async () => handler(error, context)
    run().then(
      result => {
        const recovery = result as Recovery
        if ('to' in recovery) this.#succeeded(context, recovery.input, recovery)
        else this.#succeeded(context, recovery.value)
      },
      (handlerError: unknown) => {
        if (context.isDead) return
        this.#active--
        context.kill(handlerError)
        this.#giveUp(task, handlerError)
        this.#pump()
      },
    )
  }

  #giveUp(task: Task, error: unknown): void {
    const settling = this.#settlingPlace(task.place)
    if (settling !== undefined) {
      const record = errorRecord(error)
      const item = { key: [settling.index], value: undefined, error: record }
      const ops: Op[] = [
        { t: 'kill', place: settling },
        { t: 'item', scope: settling.scope, item, place: settling },
      ]
      this.#record({ kind: 'settle', task, error: record, ops })
      return
    }
    this.#record({ kind: 'fail', task, error: errorRecord(error) })
    this.#finish({ status: 'failed', error })
  }

  #settlingPlace(place: Place): Place | undefined {
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up)
      if (at.scope.fork !== undefined && this.state.program.joins.get(at.scope.fork.id)?.join?.settle)
        return placeIn(at.scope, at.index)
    return undefined
  }

  #abandon(task: Task, why: string): void {
    const { context } = task
    if (context === undefined || context.isDead) return
    const isCounted = !this.#parked.has(context)
    task.context = undefined
    context.kill(new RunCancelledError(`Node "${task.node.id}" was cancelled: ${why}.`))
    if (isCounted) this.#active--
    this.#parked.delete(context)
  }

  // ---- interrupts and memory

  readonly #parked = new Set<TaskContext>()

  /** Notes that a task waits for answers. Its promise stays open; an answer runs the node anew. */
  park(context: TaskContext, waits: readonly WaitRecord[]): void {
    const { task } = context
    if (waits.length > 0) this.#record({ kind: 'wait', task, waits })
    if (task.status === 'running') {
      task.status = 'waiting'
      this.#parked.add(context)
      this.#active--
    }
    this.#pump()
  }

  openInterrupts(): OpenInterrupt[] {
    return openInterrupts(this.state)
  }

  /** Applies answers, and the defaults of questions whose deadline has passed.
   *  @throws {GraphLookupError | GraphNodeStatusError} see `matchAnswers` */
  answer(answers: readonly InterruptAnswer[]): void {
    const matched = matchAnswers(this.state, answers, { runId: this.runId, now: this.#now() })
    if (matched.length > 0) this.#record({ kind: 'answer', answers: matched })
  }

  async remember(context: TaskContext, key: string, value: Json | undefined): Promise<void> {
    context.assertAlive()
    await this.#stored({ kind: 'memo', task: context.task, key, value })
  }

  /** Records what happened to the run itself. */
  note(entry: Extract<Entry, { kind: 'recover' | 'status' | 'snapshot' }>): void {
    this.#record(entry)
  }

  /** Puts the run's status back and stores what is written: the run was taken up in vain. */
  async abandon(status: RunStatus): Promise<void> {
    this.#isStopping = true
    if (status !== this.state.status) this.#record({ kind: 'status', status })
    await this.#journal?.flush()
  }

  // ---- writing down

  /** Applies an entry and stores it. Tasks it makes ready start once it is stored. */
  #record(entry: Entry, onStored?: () => void): void {
    const { state } = this
    const journal = this.#journal
    if (journal === undefined) {
      state.apply(entry)
      this.#release(state.fresh)
      if (this.#listeners.size > 0) this.#tellEntry(entry, undefined, this.#now())
      onStored?.()
      return
    }
    if (journal.isLost) return
    const data = JSON.stringify(encodeEntry(entry))
    state.apply(entry)
    const fresh = state.fresh
    state.fresh = []
    const at = this.#now()
    const seq = journal.seq + 1
    if (journal.isRelaxed) this.#release(fresh)
    journal.append(data, { status: state.status, at, isSnapshot: entry.kind === 'snapshot' }, () => {
      if (this.#listeners.size > 0) this.#tellEntry(entry, seq, at)
      if (!journal.isRelaxed) this.#release(fresh)
      onStored?.()
      this.#pump()
    })
    if (journal.wantsSnapshot && state.end === undefined) this.#snapshot(journal)
  }

  #snapshot(journal: Journal): void {
    const data = JSON.stringify(encodeEntry({ kind: 'snapshot', snapshot: snapshotOf(this.state), reason: 'compact' }))
    journal.append(data, { status: this.state.status, at: this.#now(), isSnapshot: true })
  }

  #release(fresh: Task[]): void {
    for (const task of fresh) this.#offer(task)
    fresh.length = 0
    if (this.#progress !== undefined && (this.#held.length > 0 || this.state.end !== undefined)) this.#progress()
  }

  #stored(entry: Entry): Promise<void> {
    return new Promise(resolve => {
      this.#record(entry, resolve)
      this.#pump()
    })
  }

  // ---- stopping

  #settleWhenIdle(): void {
    if (this.#isStopping || this.#isPumping) return
    if (this.state.end !== undefined) {
      this.#finish({ status: 'done', output: this.state.end.output })
      return
    }
    if (
      this.#active > 0 ||
      (this.#isDraining ? false : this.#sleeping > 0 || this.#ready.size > 0 || this.#held.length > 0)
    )
      return
    if (this.#journal !== undefined && !this.#journal.isIdle && !this.#journal.isRelaxed) return
    const interrupts = this.openInterrupts()
    if (this.#isDraining && (this.#ready.size > 0 || this.#sleeping > 0 || this.#held.length > 0))
      this.#finish({ status: 'paused' })
    else if (interrupts.length > 0) this.#finish({ status: 'interrupted', interrupts })
    else if (this.#isDraining) this.#finish({ status: 'paused' })
    else
      this.#finish({
        status: 'failed',
        error: new GraphRuntimeError(`Run "${this.runId}" has no task left and has not reached the end.`),
      })
  }

  lose(error: unknown): void {
    this.#fault = { error }
    if (this.#stop === undefined) this.#finish({ status: 'failed', error })
  }

  #finish(stop: Stop): void {
    if (this.#isStopping) return
    this.#isStopping = true
    const reason = stop.status === 'failed' || stop.status === 'cancelled' ? stop.error : `the run is ${stop.status}`
    for (const task of this.state.tasks.values()) {
      const { context } = task
      if (context === undefined) continue
      task.context = undefined
      context.kill(reason)
      if (task.status === 'running') task.status = 'ready'
    }
    this.#active = 0
    this.#parked.clear()
    if (this.#options.isManual && stop.status === 'failed') this.#ready.clear()
    this.#note(stop)
    void this.#settle(stop)
  }

  #note(stop: Stop): void {
    const status: RunStatus = stop.status
    if (status !== 'done' && this.state.status !== status) {
      const reason = stop.status === 'failed' ? errorRecord(stop.error).message : undefined
      this.#record({ kind: 'status', status, ...(reason === undefined ? {} : { reason }) })
    }
  }

  async #settle(stop: Stop): Promise<void> {
    const { signal, drainSignal } = this.#options
    signal?.removeEventListener('abort', this.#onAbort)
    drainSignal?.removeEventListener('abort', this.#onDrain)
    await this.#journal?.flush()
    // what could not be stored has not happened, even if it looked like the end
    const known: Stop = this.#fault === undefined ? stop : { status: 'failed', error: this.#fault.error }
    this.#stop = known
    this.#progress?.()
    this.#settled.resolve(known)
  }
}

const blankTask = {
  id: 0,
  input: undefined,
  status: 'running' as const,
  attempt: 1,
  isRecovered: false,
  isStarted: false,
  memo: undefined,
  waits: undefined,
  error: undefined,
  scope: undefined,
  stream: undefined,
  emitted: 0,
  context: undefined,
}

interface PromiseWithResolversLike<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

const withResolvers = <T>(): PromiseWithResolversLike<T> => {
  let resolve!: (value: T) => void
  const promise = new Promise<T>(done => (resolve = done))
  return { promise, resolve }
}
