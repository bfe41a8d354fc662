import { ModelTimeoutError, type TimeoutPhase } from '../errors/model-error.ts'

export interface DeadlineOptions {
  readonly modelName: string
  /** The caller's. Its listener is removed by `release()`. */
  readonly signal?: AbortSignal
  /** Milliseconds; 0: none. */
  readonly totalMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  /** Told that the request is over; more than once, maybe. */
  readonly onRelease?: (controller: AbortController) => void
}

/** The clock and the brake of one request: one AbortController, aborted by the caller's signal, by a timeout, or when nobody
 *  reads on. The SDK sets no time limit itself, and keeps a stream open that nobody reads.
 *  @see https://github.com/strands-agents/harness-sdk/issues/3224 (read 2026-08-22) */
export class Deadlines {
  readonly controller = new AbortController()
  readonly #options: DeadlineOptions
  readonly #onAbort: () => void
  #total: ReturnType<typeof setTimeout> | undefined
  #pause: ReturnType<typeof setTimeout> | undefined
  /** When the reader began to wait for the next piece; `undefined`: the reader is busy itself. */
  #waitingSince: number | undefined
  #reject: ((reason: unknown) => void) | undefined

  /** @throws the reason of a signal that is aborted already */
  constructor(options: DeadlineOptions) {
    this.#options = options
    const { signal, totalMs, firstByteMs } = options
    this.#onAbort = () => this.controller.abort(signal!.reason)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    this.controller.signal.addEventListener('abort', this.#onAborted, { once: true })
    this.#total = this.#timer('total', totalMs)
    this.#pause = this.#timer('first-byte', firstByteMs)
  }

  /** Settles with `work`, or rejects as soon as the request is aborted. One at a time. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.controller
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject
      if (signal.aborted) reject(signal.reason)
      work.then(resolve, reject)
    })
  }

  /** The first piece has come: from now on the pauses between pieces count. */
  begun(): void {
    clearTimeout(this.#pause)
    const { idleMs } = this.#options
    this.#pause = idleMs > 0 ? timer(this.#checkIdle, idleMs) : undefined
  }

  waiting(): void {
    this.#waitingSince = performance.now()
  }

  received(): void {
    this.#waitingSince = undefined
  }

  /** Ends the timers and lets go of the caller's signal. */
  release(): void {
    clearTimeout(this.#total)
    clearTimeout(this.#pause)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#options.onRelease?.(this.controller)
  }

  /** However the end comes: a stream that nobody begins to read is cancelled through the controller alone. */
  readonly #onAborted = (): void => {
    this.release()
    this.#reject?.(this.controller.signal.reason)
  }

  /** One timer that looks when the wait began, instead of one timer per piece. */
  readonly #checkIdle = (): void => {
    const { idleMs } = this.#options
    const waited = this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince
    // timers may fire a little early
    if (waited >= idleMs - 1) this.#fail('idle', idleMs)
    else this.#pause = timer(this.#checkIdle, idleMs - waited)
  }

  #timer(which: TimeoutPhase, ms: number): ReturnType<typeof setTimeout> | undefined {
    return ms > 0 ? timer(() => this.#fail(which, ms), ms) : undefined
  }

  #fail(which: TimeoutPhase, timeoutMs: number): void {
    this.controller.abort(new ModelTimeoutError({ which, timeoutMs, modelName: this.#options.modelName }))
  }
}

/** A timer that does not keep the process alive: the connection it watches does that. */
function timer(act: () => void, ms: number): ReturnType<typeof setTimeout> {
  const handle: ReturnType<typeof setTimeout> & { readonly unref?: () => void } = setTimeout(act, ms)
  handle.unref?.()
  return handle
}
