import { GraphNodeStatusError, InterruptExpiredError, OnceUncertainError, RunCancelledError } from '../errors.ts'
import { interruptIdOf, taskRef, type TaskRef } from '../events/event.ts'
import type { InterruptPoint } from '../interrupt.ts'
import { validate } from '../schema.ts'
import { dropDraft, finishDraft, openDraft, plain, type Draft } from '../state/draft.ts'
import type { PatchOp } from '../state/patch.ts'
import { cloneJson, toJson, type Json } from '../util/json.ts'
import type { Kernel } from './kernel.ts'
import type { Task, WaitRecord } from './model.ts'

/** What a `once` call gets. */
export interface OnceCall {
  /** the same for every repetition of this call in this run: hand it to services that know idempotency keys */
  readonly idempotencyKey: string
  readonly signal: AbortSignal
}

export interface OnceOptions<T> {
  /** Asked before the call is repeated after a crash or a retry: did it happen after all?
   *  Return its result, or undefined if it did not. */
  readonly check?: (call: OnceCall) => Promise<T | undefined> | T | undefined
  /** What to do when the process died during the call and nobody knows whether it happened: `retry` (default) calls again with the
   *  same idempotency key; `fail` writes an intent first and then throws OnceUncertainError instead of calling twice. */
  readonly ifUnknown?: 'retry' | 'fail'
}

const EXPIRED = { $expired: true } as const

/** What a running node sees of its run. Its functions are getters of bound functions, so that nodes may take the context apart. */
export class TaskContext {
  readonly task: Task
  readonly #kernel: Kernel
  #draft: Draft | undefined
  #controller: AbortController | undefined
  #asked: Map<string, number> | undefined
  #calls: Map<string, Promise<unknown>> | undefined
  #newWaits: WaitRecord[] | undefined
  #callsUnderWay = 0
  #openWaits = 0
  isDead = false
  /** journal of the attempt: when it started */
  startedAt = 0
  /** of a join: the state after its branches were merged */
  merged: { readonly root: unknown; readonly ops: readonly PatchOp[] } | undefined
  #input: unknown
  #hasInput = false

  constructor(kernel: Kernel, task: Task) {
    this.#kernel = kernel
    this.task = task
  }

  /** What the edge brought. */
  get input(): unknown {
    if (!this.#hasInput) {
      this.#hasInput = true
      this.#input = this.#kernel.inputOf(this.task)
    }
    return this.#input
  }

  get inputs(): unknown {
    return this.input
  }

  /** A draft of the state: writes count when the node succeeds and vanish when it fails. */
  get state(): unknown {
    this.#draft ??= openDraft(
      this.merged === undefined ? this.#kernel.state.stateAt(this.task.place) : this.merged.root,
      this.task.node.id,
    )
    return this.#draft.value
  }

  get deps(): unknown {
    return this.#kernel.deps
  }

  get runId(): string {
    return this.#kernel.runId
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
    return `${this.#kernel.runId}/${this.task.id}`
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
      if (!this.isDead) this.#kernel.emitCustom(this.task, data)
    }
  }

  /** A plain copy of the state as this node sees it. */
  get snapshot() {
    return (): unknown => plain(this.state)
  }

  /** Asks the outside world. Resolves with the answer; until there is one the task waits, over restarts if the run has a store.
   *  After a restart the node runs again from its top and gets the same answer here. */
  get interrupt() {
    return (point: InterruptPoint<never, unknown>, payload: unknown): Promise<unknown> =>
      this.#interrupt(point, payload)
  }

  async #interrupt(point: InterruptPoint<never, unknown>, payload: unknown): Promise<unknown> {
    this.#asked ??= new Map()
    const count = this.#asked.get(point.id) ?? 0
    this.#asked.set(point.id, count + 1)
    const key = `${point.id}#${count}`
    const memo = this.task.memo?.get(`i:${key}`)
    if (memo !== undefined) {
      if (isExpired(memo))
        throw new InterruptExpiredError(
          `Nobody answered interrupt "${point.id}" (${interruptIdOf(this.task.id, key)}) before its deadline.`,
        )
      return validate(point.resume, cloneJson(memo), `answer to interrupt "${point.id}"`)
    }
    if (!this.task.waits?.has(key)) {
      const where = `payload of interrupt "${point.id}"`
      const record: WaitRecord = {
        key,
        point: point.id,
        payload: toJson(validate(point.payload, payload, where), where),
        ...(point.deadlineMs === undefined ? {} : { deadlineAt: Date.now() + point.deadlineMs }),
        ...(point.default === undefined
          ? {}
          : { default: { value: toJson(point.default.value, `default of interrupt "${point.id}"`) } }),
      }
      this.#newWaits ??= []
      this.#newWaits.push(record)
    }
    this.#openWaits++
    // a turn later, so that questions asked together are stored together and calls begun together are seen
    setTimeout(() => this.#park(), 0)
    // settled by a new run of the node, never here: no catch block of the node can swallow it
    return new Promise(() => {})
  }

  /** Does a side effect once in the life of the task and remembers its result (JSON): a node that runs again after a crash or an
   *  interrupt gets the remembered result. `key` names the effect within the node.
   *  @example const text = await ctx.once('ask', call => model.ask(prompt, { signal: call.signal, idempotencyKey: call.idempotencyKey })) */
  get once() {
    return <T>(key: string, effect: (call: OnceCall) => Promise<T> | T, options: OnceOptions<T> = {}): Promise<T> =>
      this.#share(key, effect, options)
  }

  #share<T>(key: string, effect: (call: OnceCall) => Promise<T> | T, options: OnceOptions<T>): Promise<T> {
    this.#calls ??= new Map()
    const running = this.#calls.get(key)
    // one key is one effect, so both callers want the same T
    if (running !== undefined) return running as Promise<T>
    const call = this.#once(key, effect, options)
    this.#calls.set(key, call)
    return call
  }

  async #once<T>(key: string, effect: (call: OnceCall) => Promise<T> | T, options: OnceOptions<T>): Promise<T> {
    const { task } = this
    const memo = task.memo?.get(`o:${key}`)
    // it was a T before it became JSON
    if (memo !== undefined) return cloneJson(memo) as T
    const call: OnceCall = { idempotencyKey: `${this.idempotencyKey}/${key}`, signal: this.signal }
    this.#callsUnderWay++
    try {
      if (options.check !== undefined && (task.isRecovered || task.attempt > 1)) {
        const found = await options.check(call)
        if (found !== undefined) return await this.#remember(key, found)
      } else if (options.ifUnknown === 'fail') await this.#intend(key)
      let value: T
      try {
        value = await effect(call)
      } catch (error) {
        if (options.ifUnknown === 'fail') await this.#kernel.remember(this, `s:${key}`, undefined)
        throw error
      }
      return await this.#remember(key, value)
    } finally {
      this.#callsUnderWay--
      this.#park()
    }
  }

  async #intend(key: string): Promise<void> {
    if (this.task.memo?.has(`s:${key}`))
      throw new OnceUncertainError(
        `The process died during once("${key}") of node "${this.nodeId}"; whether it happened is unknown. ` +
          `Give once a \`check\`, or allow ifUnknown: 'retry'.`,
      )
    await this.#kernel.remember(this, `s:${key}`, true)
  }

  async #remember<T>(key: string, value: T): Promise<T> {
    const json = toJson(value, `result of once("${key}") in node "${this.nodeId}"`)
    await this.#kernel.remember(this, `o:${key}`, json)
    // a repeated node gets JSON, so the first one does too
    return cloneJson(json) as T
  }

  #park(): void {
    if (this.isDead || this.#openWaits === 0 || this.#callsUnderWay > 0) return
    const waits = this.#newWaits ?? []
    this.#newWaits = undefined
    this.#kernel.park(this, waits)
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
  }

  assertAlive(): void {
    if (this.isDead)
      throw new GraphNodeStatusError(`Node "${this.nodeId}" is no longer running; its result does not count.`)
  }
}

const isExpired = (value: Json): boolean =>
  typeof value === 'object' && value !== null && '$expired' in value && Object.keys(value).length === 1

export const expiredAnswer: Json = EXPIRED
