import { ConcurrencyLimitExceeded } from '../errors/run-error.ts'
import { onAbort } from '../util/on-abort.ts'

export interface ConcurrencyLimit {
  /** How many may run at once. */
  readonly maxRunning: number
  /** How many may wait; one more is refused. Default: any number. */
  readonly maxQueued?: number
}

interface Waiter {
  readonly start: () => void
  readonly refuse: (reason: unknown) => void
}

/** Lets a limited number run at once; the others wait their turn in order. Share one among models or agents to limit them together.
 *  A run that holds a slot and waits for another one of the same limiter can wait for ever: give nested runs their own.
 *
 *  @example
 *  const limiter = new ConcurrencyLimiter({ maxRunning: 5 })
 *  await limiter.run(() => fetchPage(url)) */
export class ConcurrencyLimiter {
  readonly maxRunning: number
  readonly maxQueued: number
  #running = 0
  readonly #waiters = new Set<Waiter>()

  constructor(limit: number | ConcurrencyLimit) {
    const { maxRunning, maxQueued = Infinity } = typeof limit === 'number' ? { maxRunning: limit } : limit
    if (!(maxRunning >= 1)) throw new RangeError(`\`maxRunning\` must be at least 1, got ${maxRunning}.`)
    this.maxRunning = maxRunning
    this.maxQueued = maxQueued
  }

  get runningCount(): number {
    return this.#running
  }

  get waitingCount(): number {
    return this.#waiters.size
  }

  /** Waits for a slot. The returned function gives it back; calling it again does nothing.
   *  @throws {ConcurrencyLimitExceeded} when the queue is full · the signal's reason when it is aborted first */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.#running < this.maxRunning) this.#running += 1
    else await this.#wait(signal)

    let isHeld = true
    return () => {
      if (isHeld) this.#release()
      isHeld = false
    }
  }

  /** Runs `fn` in a slot. */
  async run<T>(fn: () => PromiseLike<T> | T, signal?: AbortSignal): Promise<T> {
    const release = await this.acquire(signal)
    try {
      return await fn()
    } finally {
      release()
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    const { maxRunning, maxQueued } = this
    if (this.#waiters.size >= maxQueued) throw new ConcurrencyLimitExceeded({ maxRunning, maxQueued })
    return new Promise((resolve, reject) => {
      let stop: (() => void) | undefined
      const leave = () => {
        this.#waiters.delete(waiter)
        stop?.()
      }
      const waiter: Waiter = {
        start: () => (leave(), resolve()),
        refuse: reason => (leave(), reject(reason as Error)),
      }
      this.#waiters.add(waiter)
      stop = signal && onAbort(signal, () => waiter.refuse(signal.reason))
    })
  }

  /** The slot goes straight to whoever has waited longest. */
  #release(): void {
    const [next] = this.#waiters
    if (next === undefined) this.#running -= 1
    else next.start()
  }
}
