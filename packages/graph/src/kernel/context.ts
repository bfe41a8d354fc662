import { GraphNodeStatusError, RunCancelledError } from '../errors.ts'
import { taskRef, type TaskRef } from '../events/event.ts'
import type { InterruptOptions, InterruptPoint } from '../interrupt.ts'
import { dropDraft, finishDraft, openDraft, plain, type Draft } from '../state/draft.ts'
import type { PatchOp } from '../state/patch.ts'
import type { Json } from '../util/json.ts'
import type { Task, WaitRecord } from './model.ts'
import { OnceCalls, type OnceEffect, type OnceOptions } from './once.ts'
import { Questions } from './questions.ts'
import type { RunState } from './run-state.ts'

/** What a task needs of the run it is in. */
export interface TaskHost {
  readonly runId: string
  readonly deps: unknown
  readonly state: RunState
  inputOf(task: Task): unknown
  emitCustom(task: Task, data: unknown): void
  /** stores a value with the task; undefined removes it */
  remember(context: TaskContext, key: string, value: Json | undefined): Promise<void>
  /** no other attempt would help: the task fails, whatever its policy says */
  failForGood(context: TaskContext, error: unknown): void
  /** the task waits for answers, some of them to new questions */
  park(context: TaskContext, waits: readonly WaitRecord[]): void
}

/** What a running node sees of its run. Its functions are getters of bound functions, so that nodes may take the context apart. */
export class TaskContext {
  readonly task: Task
  readonly #host: TaskHost
  #draft: Draft | undefined
  #controller: AbortController | undefined
  #questions: Questions | undefined
  #once: OnceCalls | undefined
  #onKill: Set<(reason: unknown) => void> | undefined
  isDead = false
  /** an attempt of this task may have been made before */
  isRepeat = false
  /** journal of the attempt: when it started */
  startedAt = 0
  /** of a join: the state after its branches were merged */
  merged: { readonly root: unknown; readonly ops: readonly PatchOp[] } | undefined
  #input: unknown
  #hasInput = false

  constructor(host: TaskHost, task: Task) {
    this.#host = host
    this.task = task
  }

  /** What the edge brought. */
  get input(): unknown {
    if (!this.#hasInput) {
      this.#hasInput = true
      this.#input = this.#host.inputOf(this.task)
    }
    return this.#input
  }

  get inputs(): unknown {
    return this.input
  }

  /** A draft of the state: writes count when the node succeeds and vanish when it fails. */
  get state(): unknown {
    this.#draft ??= openDraft(
      this.merged === undefined ? this.#host.state.stateAt(this.task.place) : this.merged.root,
      this.task.node.id,
    )
    return this.#draft.value
  }

  get deps(): unknown {
    return this.#host.deps
  }

  get runId(): string {
    return this.#host.runId
  }

  get taskId(): number {
    return this.task.id
  }

  get nodeId(): string {
    return this.task.node.id
  }

  /** from 1 */
  get attempt(): number {
    return this.task.attempt
  }

  /** True when the process died since this task became ready: it may have run before. */
  get isRecovered(): boolean {
    return this.task.isRecovered
  }

  /** The same for every attempt of this task, also after a crash. */
  get idempotencyKey(): string {
    return `${this.#host.runId}/${this.task.id}`
  }

  /** Fork items this task lies in, outermost first. */
  get forkPath(): TaskRef['forkPath'] {
    return taskRef(this.task).forkPath
  }

  /** Aborted when the run is cancelled, the node times out or a sibling won the race. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.isDead) this.#controller.abort(new RunCancelledError(`Node "${this.nodeId}" is no longer wanted.`))
    }
    return this.#controller.signal
  }

  /** Sends data to whoever listens to the run's events. Not stored. */
  get emit() {
    return (data: unknown): void => {
      if (!this.isDead) this.#host.emitCustom(this.task, data)
    }
  }

  /** A plain copy of the state as this node sees it. */
  get snapshot() {
    return (): unknown => plain(this.state)
  }

  /** Asks the outside world. Resolves with the answer; until there is one the task waits, over restarts if the run has a store.
   *  After a restart the node runs again from its top and gets the same answer here. */
  get interrupt() {
    return (point: InterruptPoint<never, unknown>, payload: unknown, options?: InterruptOptions): Promise<unknown> =>
      this.#interrupt(point, payload, options)
  }

  async #interrupt(
    point: InterruptPoint<never, unknown>,
    payload: unknown,
    options: InterruptOptions | undefined,
  ): Promise<unknown> {
    if (this.#once?.isInside)
      throw new GraphNodeStatusError(
        `Node "${this.nodeId}" asks "${point.id}" inside a once() effect, which would wait for ever. Ask first, then call once().`,
      )
    this.#questions ??= new Questions(this.task, this.#host.state.program)
    const known = this.#questions.ask(point, payload, options)
    if (known !== undefined) return known.answer
    // a turn later, so that questions asked together are stored together and calls begun together are seen
    setTimeout(() => this.#park(), 0)
    // settled by a new run of the node, never here: no catch block of the node can swallow it
    return new Promise(() => {})
  }

  /** Does a side effect once in the life of the task and remembers its result (JSON): a node that runs again after a crash or an
   *  interrupt gets the remembered result. `key` names the effect within the node.
   *  @example const text = await ctx.once('ask', call => model.ask(prompt, { signal: call.signal, idempotencyKey: call.idempotencyKey })) */
  get once() {
    return <T>(key: string, effect: OnceEffect<T>, options: OnceOptions<T> = {}): Promise<T> => {
      this.#once ??= new OnceCalls(this.#host, this, () => this.#park())
      return this.#once.call(key, effect, options)
    }
  }

  #park(): void {
    const questions = this.#questions
    if (this.isDead || questions === undefined || questions.open === 0 || (this.#once?.underWay ?? 0) > 0) return
    this.#host.park(this, questions.takeNew())
  }

  /** Ends the draft and returns its writes. */
  takePatch(): readonly PatchOp[] {
    const own = this.#draft === undefined ? [] : finishDraft(this.#draft)
    return this.merged === undefined || this.merged.ops.length === 0 ? own : [...this.merged.ops, ...own]
  }

  /** Stops the attempt: its writes are dropped, its signal is aborted, its result no longer counts. */
  kill(reason: unknown): void {
    if (this.isDead) return
    this.isDead = true
    if (this.#draft !== undefined) dropDraft(this.#draft)
    this.#controller?.abort(reason)
    if (this.#onKill !== undefined) for (const callback of this.#onKill) callback(reason)
    this.#onKill = undefined
  }

  /** Called when the attempt is stopped; not when it ends by itself. @returns takes the callback back */
  onKill(callback: (reason: unknown) => void): () => void {
    this.#onKill ??= new Set()
    this.#onKill.add(callback)
    return () => this.#onKill?.delete(callback)
  }

  assertAlive(): void {
    if (this.isDead)
      throw new GraphNodeStatusError(`Node "${this.nodeId}" is no longer running; its result does not count.`)
  }
}
