import { LeaseLostError, RunNotFoundError } from '../errors.ts'
import type { GraphStore, Lease } from '../store/store.ts'
import { delayOf } from '../util/timers.ts'

export interface HeartbeatOptions {
  readonly store: GraphStore
  readonly lease: Lease
  readonly leaseMs: number
  readonly onLost: (error: unknown) => void
}

/** After a failed renewal the next one comes sooner. */
const RETRY_MS = 1000

/** Renews a lease until it is stopped. What fails is tried again for as long as the lease holds. */
export class Heartbeat {
  readonly #options: HeartbeatOptions
  readonly #beat: ReturnType<typeof setInterval>
  #retry: ReturnType<typeof setTimeout> | undefined
  /** the lease holds until then, whatever fails */
  #until: number
  #isStopped = false

  constructor(options: HeartbeatOptions) {
    this.#options = options
    this.#until = Date.now() + options.leaseMs
    this.#beat = setInterval(() => void this.#renew(), delayOf(Math.max(10, options.leaseMs / 3)))
    unref(this.#beat)
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#beat)
    clearTimeout(this.#retry)
  }

  async #renew(): Promise<void> {
    const { store, lease, leaseMs } = this.#options
    clearTimeout(this.#retry)
    const at = Date.now()
    try {
      await store.renew(lease, leaseMs)
      this.#until = Math.max(this.#until, at + leaseMs)
    } catch (error) {
      if (!this.#isStopped) this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const { lease, leaseMs, onLost } = this.#options
    if (LeaseLostError.isInstance(error) || RunNotFoundError.isInstance(error)) onLost(error)
    else if (Date.now() < this.#until) {
      clearTimeout(this.#retry)
      this.#retry = setTimeout(() => void this.#renew(), Math.max(10, Math.min(RETRY_MS, leaseMs / 10)))
      unref(this.#retry)
    } else
      onLost(
        new LeaseLostError(`The lease of run "${lease.runId}" has run out: the store did not renew it.`, {
          cause: error,
        }),
      )
  }
}

const unref = (timer: unknown): void => {
  // timers are objects with unref on Node, Bun and Deno, numbers in browsers and workers
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}
