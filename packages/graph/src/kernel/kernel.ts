import { GraphInputError, GraphNodeStatusError, GraphRuntimeError, RunCancelledError } from '../errors.ts'
import { interruptIdOf, type GraphEvent } from '../events/event.ts'
import type { InterruptAnswer, OpenInterrupt } from '../interrupt.ts'
import type { RunStatus } from '../store/store.ts'
import { forgetWaiting } from './admission.ts'
import { Attempts } from './attempts.ts'
import { Ending } from './ending.ts'
import { matchAnswers, openInterrupts } from './interrupts.ts'
import type { Journal } from './journal.ts'
import type { KernelOptions } from './kernel-options.ts'
import { Listeners } from './listeners.ts'
import { errorRecord, type Entry, type Task } from './model.ts'
import { overrideOps, type Override } from './override.ts'
import { Pacer } from './pacer.ts'
import { ReadyTasks } from './ready-tasks.ts'
import { Recorder } from './recorder.ts'
import { RunHost } from './run-host.ts'
import type { RunState } from './run-state.ts'
import { RunningTasks } from './running-tasks.ts'
import { Signals } from './signals.ts'
import { Steps } from './steps.ts'
import type { Stop } from './stop.ts'

const DEFAULT_MAX_STEPS = 100_000

/** Drives a run: starts ready tasks and stops when nothing is left to do. */
export class Kernel {
  readonly runId: string
  readonly state: RunState
  readonly host: RunHost
  readonly #isManual: boolean
  readonly #journal: Journal | undefined
  readonly #limit: number
  readonly #listeners = new Listeners(error => this.lose(error))
  readonly #pacer = new Pacer(() => this.#pump())
  readonly #running = new RunningTasks()
  readonly #ending = new Ending()
  readonly #steps = new Steps()
  readonly #ready: ReadyTasks
  readonly #recorder: Recorder
  readonly #attempts: Attempts
  readonly #signals: Signals
  #isPumping = false
  /** before `run` nothing starts, whatever becomes ready */
  #isGoing = false
  #isDraining = false
  /** ids of the questions answered last */
  #answered = new Set<string>()

  constructor(options: KernelOptions) {
    const { runId, state, journal, isManual = false, concurrency = Infinity, maxSteps = DEFAULT_MAX_STEPS } = options
    this.runId = runId
    this.state = state
    this.#isManual = isManual
    this.#journal = journal
    this.#limit = concurrency
    const listeners = this.#listeners
    const running = this.#running
    const pump = () => this.#pump()
    const isStored = journal !== undefined
    this.#ready = new ReadyTasks(isManual)
    const onReady = (tasks: Task[]) => this.#release(tasks)
    const recorder = new Recorder({ runId, state, journal, listeners, onReady, onChange: pump })
    this.#recorder = recorder
    this.host = new RunHost(options, {
      listeners,
      recorder,
      running,
      pump,
      failForGood: (context, error) => this.#attempts.failForGood(context, error),
    })
    this.#attempts = new Attempts({
      host: this.host,
      isStored,
      maxSteps,
      tracer: options.tracer,
      caches: options.caches,
      listeners,
      running,
      recorder,
      pump,
      again: task => this.#ready.push(task),
      finish: stop => this.#finish(stop),
      lose: error => this.lose(error),
    })
    this.#signals = new Signals(options, { cancel: reason => this.cancel(reason), drain: () => this.drain() })
    journal?.onLost(error => this.lose(error))
    state.onDrop = task => {
      recorder.noteDrop(task)
      this.#attempts.forget(task)
    }
  }

  // ---- driving

  /** Starts, or goes on after `answer`. Resolves when the run stops, however it stops. */
  run(): Promise<Stop> {
    this.assertStopped()
    this.#isGoing = true
    this.#begin()
    this.state.fresh = []
    for (const scope of this.state.scopes.values()) forgetWaiting(scope)
    const { fault } = this.#ending
    if (fault !== undefined) {
      // the store was lost between taking the run up and driving it
      this.#finish({ status: 'failed', error: fault.error })
      return this.#ending.promise
    }
    for (const task of [...this.state.tasks.values()].sort((a, b) => a.id - b.id)) this.#requeue(task)
    this.#signals.heed()
    this.#pump()
    return this.#ending.promise
  }

  /** @throws {GraphNodeStatusError} the run is being driven */
  assertStopped(): void {
    if (this.#isGoing && !this.#ending.hasBegun)
      throw new GraphNodeStatusError(`Run "${this.runId}" is under way; wait for its outcome.`)
  }

  /** Forgets that the run had stopped, and what was to start. */
  #begin(): void {
    this.#ending.undo()
    this.#attempts.wake()
    this.#ready.clear()
  }

  #requeue(task: Task): void {
    if (task.status === 'waiting' && task.waits !== undefined && task.waits.size > 0) return
    task.status = 'ready'
    this.#ready.offer(task)
  }

  /** Lets the ready tasks of a manual run go, and resolves at the next moment something has come of it, or the run has stopped.
   *  @throws {GraphNodeStatusError} the step before is still under way */
  async step(): Promise<void> {
    if (this.#ending.hasBegun) await this.#ending.promise
    else
      await this.#steps.take(() => {
        this.#ready.letGo()
        this.#pump()
      })
  }

  get readyTasks(): readonly Task[] {
    return this.#ready.held
  }

  /** nothing is running */
  get isIdle(): boolean {
    return this.#running.count === 0 && this.#attempts.sleeping === 0
  }

  get stopped(): Stop | undefined {
    return this.#ending.stop
  }

  /** Replaces all that is ready or failed by other tasks, or by the end. Only between the steps of a manual run. */
  async override(next: Override): Promise<void> {
    if (this.#running.count > 0)
      throw new GraphNodeStatusError('A run can only be overridden between its steps; a task is still running.')
    const ops = overrideOps(this.host, next)
    this.#begin()
    this.#recorder.record({ kind: 'override', ops })
    await this.#journal?.flush()
    if (this.state.end !== undefined) this.#settleWhenIdle()
    else this.#signals.heed()
  }

  cancel(reason: unknown): void {
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

  listen(listener: (event: GraphEvent) => void): void {
    this.#listeners.add(listener)
  }

  tell(event: GraphEvent): void {
    this.#listeners.tell(event)
  }

  #release(fresh: Task[]): void {
    for (const task of fresh) this.#ready.offer(task)
    fresh.length = 0
    if (this.#ready.hasHeld || this.state.end !== undefined) this.#steps.made()
  }

  #pump(): void {
    if (this.#isPumping || this.#pacer.isYielding || !this.#isGoing) return
    this.#isPumping = true
    while (this.#running.count < this.#limit && !this.#ending.hasBegun && !this.#isDraining) {
      const task = this.#ready.take()
      if (task === undefined) break
      const isLong = this.#pacer.mustYield()
      this.#attempts.launch(task)
      if (isLong) break
    }
    this.#isPumping = false
    if (this.#running.count === 0) this.#settleWhenIdle()
  }

  // ---- interrupts and notes

  openInterrupts(): OpenInterrupt[] {
    return openInterrupts(this.state)
  }

  /** Applies answers, and the defaults of questions whose deadline has passed.
   *  @throws {GraphInputError | GraphLookupError | GraphNodeStatusError} see `matchAnswers` */
  answer(answers: readonly InterruptAnswer[]): void {
    const matched = matchAnswers(this.state, answers, { runId: this.runId, now: Date.now() })
    this.#answered = new Set(matched.map(({ task, key }) => interruptIdOf(task.id, key)))
    if (matched.length === 0) return
    this.#recorder.record({ kind: 'answer', answers: matched })
    for (const { task } of matched)
      if (task.status === 'ready') this.#running.abandon(task, 'it runs again with its answer')
  }

  /** After `answer`: sets a run going again that had stopped for want of one. */
  async goOn(): Promise<void> {
    await this.#journal?.flush()
    if (!this.#ending.hasBegun) return
    await this.#ending.promise
    void this.run()
  }

  /** Records what happened to the run itself. */
  note(entry: Extract<Entry, { kind: 'recover' | 'status' | 'snapshot' }>): void {
    this.#recorder.record(entry)
  }

  /** Puts the run's status back and stores what is written: the run was taken up in vain. */
  async abandon(status: RunStatus): Promise<void> {
    this.#ending.hasBegun = true
    if (status !== this.state.status) this.note({ kind: 'status', status })
    await this.#journal?.flush()
  }

  // ---- stopping

  #settleWhenIdle(): void {
    if (this.#ending.hasBegun || this.#isPumping) return
    if (this.state.end !== undefined) {
      this.#finish({ status: 'done', output: this.state.end.output })
      return
    }
    const isMore = this.#attempts.sleeping > 0 || !this.#ready.isEmpty
    if (this.#running.count > 0 || (isMore && !this.#isDraining)) return
    if (this.#journal !== undefined && !this.#journal.isIdle && !this.#journal.isRelaxed) return
    this.#finish(this.#whyIdle(isMore))
  }

  #whyIdle(isMore: boolean): Stop {
    const interrupts = this.openInterrupts()
    if (interrupts.length > 0 && !isMore) return { status: 'interrupted', interrupts }
    if (this.#isDraining) return { status: 'paused' }
    const error = new GraphRuntimeError(`Run "${this.runId}" has no task left and has not reached the end.`)
    return { status: 'failed', error }
  }

  /** The run cannot be stored any more, or a listener threw: it has failed, however it seemed to end. */
  lose(error: unknown): void {
    this.#ending.fault ??= { error }
    this.#finish({ status: 'failed', error })
  }

  #finish(stop: Stop): void {
    if (this.#ending.hasBegun) return
    this.#ending.hasBegun = true
    const why = `Run "${this.runId}" goes no further: it is ${stop.status}.`
    this.#running.stopAll(this.state.tasks.values(), 'error' in stop ? stop.error : new RunCancelledError(why))
    this.#attempts.wake()
    if (this.#isManual && stop.status === 'failed') this.#ready.clear()
    if (this.state.status !== stop.status) {
      const reason = stop.status === 'failed' ? { reason: errorRecord(stop.error).message } : {}
      this.note({ kind: 'status', status: stop.status, ...reason })
    }
    void this.#settle(stop)
  }

  /** An answer of unknown schema shows that it does not fit when its node asks again: the run waits still, and whoever answered is told. */
  #refused(stop: Stop): Stop | undefined {
    if (stop.status !== 'interrupted' || this.#isManual) return undefined
    const refused = stop.interrupts.find(({ id }) => this.#answered.has(id))
    if (refused === undefined) return undefined
    const what = `The answer to interrupt "${refused.point}" (${refused.id}) does not fit its schema`
    return { status: 'failed', error: new GraphInputError(`${what}; the question is open still.`) }
  }

  async #settle(stop: Stop): Promise<void> {
    this.#signals.ignore()
    await this.#journal?.flush()
    this.#ending.settle(this.#refused(stop) ?? stop)
    this.#steps.made()
  }
}
