import { OnceUncertainError } from '../errors.ts'
import { cloneJson, toJson, type Json } from '../util/json.ts'
import type { TaskContext, TaskHost } from './context.ts'

/** What a `once` call gets. */
export interface OnceCall {
  /** the same for every repetition of this call in this run: hand it to services that know idempotency keys */
  readonly idempotencyKey: string
  readonly signal: AbortSignal
}

export interface OnceOptions<T> {
  /** Asked before the call in every attempt of the task but the very first, after a retry, a failure, a cancellation, a crash or an
   *  interrupt: did it happen after all? Return its result, or undefined if it did not. */
  readonly check?: (call: OnceCall) => Promise<T | undefined> | T | undefined
  /** What to do when the process died or the run was stopped during the call and nobody knows whether it happened: `retry` (default) calls
   *  again with the same idempotency key; `fail` writes an intent first and then throws OnceUncertainError instead of calling twice. */
  readonly ifUnknown?: 'retry' | 'fail'
}

export type OnceEffect<T> = (call: OnceCall) => Promise<T> | T

/** The side effects of one attempt. Results are kept with the task under `o:<key>`, intents under `s:<key>`. */
export class OnceCalls {
  readonly #host: TaskHost
  readonly #context: TaskContext
  readonly #onIdle: () => void
  readonly #calls = new Map<string, Promise<unknown>>()
  underWay = 0
  /** an effect has been called and has not given its promise yet */
  isInside = false

  /** @param onIdle a call is over */
  constructor(host: TaskHost, context: TaskContext, onIdle: () => void) {
    this.#host = host
    this.#context = context
    this.#onIdle = onIdle
  }

  /** Calls of one key are one call. */
  call<T>(key: string, effect: OnceEffect<T>, options: OnceOptions<T>): Promise<T> {
    const running = this.#calls.get(key)
    // one key is one effect, so both callers want the same T
    if (running !== undefined) return running as Promise<T>
    const call = this.#call(key, effect, options)
    this.#calls.set(key, call)
    return call
  }

  async #call<T>(key: string, effect: OnceEffect<T>, options: OnceOptions<T>): Promise<T> {
    const { task, idempotencyKey, signal } = this.#context
    const memo = task.memo?.get(`o:${key}`)
    // it was a T before it became JSON
    if (memo !== undefined) return cloneJson(memo) as T
    this.#context.assertAlive()
    const call: OnceCall = { idempotencyKey: `${idempotencyKey}/${key}`, signal }
    this.underWay++
    try {
      if (options.check !== undefined && this.#context.isRepeat) {
        const found = await options.check(call)
        if (found !== undefined) return await this.#remember(key, found)
      } else if (options.ifUnknown === 'fail') await this.#intend(key)
      return await this.#remember(key, await this.#perform(key, call, { effect, options }))
    } finally {
      this.underWay--
      this.#onIdle()
    }
  }

  async #perform<T>(
    key: string,
    call: OnceCall,
    { effect, options }: { effect: OnceEffect<T>; options: OnceOptions<T> },
  ): Promise<T> {
    // it may have been stopped while it asked or wrote its intent
    this.#context.assertAlive()
    try {
      this.isInside = true
      let value: Promise<T> | T
      try {
        value = effect(call)
      } finally {
        this.isInside = false
      }
      return await value
    } catch (error) {
      if (options.ifUnknown === 'fail') await this.#host.remember(this.#context, `s:${key}`, undefined)
      throw error
    }
  }

  async #intend(key: string): Promise<void> {
    const { task, nodeId } = this.#context
    if (task.memo?.has(`s:${key}`))
      throw new OnceUncertainError(
        `The process died, or the run was stopped, during once("${key}") of node "${nodeId}"; whether it happened is unknown. ` +
          `Give once a \`check\`, or allow ifUnknown: 'retry'.`,
      )
    await this.#host.remember(this.#context, `s:${key}`, true)
  }

  #toJson(key: string, value: unknown): Json {
    try {
      return toJson(value, `result of once("${key}") in node "${this.#context.nodeId}"`)
    } catch (error) {
      // the effect has happened, and another attempt would repeat it
      this.#host.failForGood(this.#context, error)
      throw error
    }
  }

  async #remember<T>(key: string, value: T): Promise<T> {
    const json = this.#toJson(key, value)
    await this.#host.remember(this.#context, `o:${key}`, json)
    // a repeated node gets JSON, so the first one does too
    return cloneJson(json) as T
  }
}
