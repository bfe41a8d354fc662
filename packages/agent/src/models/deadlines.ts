import { UserError } from '../errors/user-error.ts'
import { ModelTimeoutError, type TimeoutPhase } from '../errors/model-error.ts'

export interface DeadlineOptions {
  readonly modelName: string
  /** The caller's. Its listener is removed by `release()`. */
  readonly signal?: AbortSignal
  /** Milliseconds; 0: none; negative: over at once. */
  readonly totalMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  /** Told that the request is over; more than once, maybe. */
  readonly onRelease?: (deadlines: Deadlines) => void
}

/** The clock and the brake of one request: one AbortController, aborted by the caller's signal, by a timeout, or when nobody
 *  reads on. The SDK sets no time limit itself, and keeps a stream open that nobody reads.
 *
 *  There is one timer, set to what is due next; when it fires, it looks what is. A request is cheap to watch that way, and so is a
 *  piece of a stream.
 *  @see https://github.com/strands-agents/harness-sdk/issues/3224 (read 2026-08-22) */
export class Deadlines {
  readonly #controller = new AbortController()
  readonly #options: DeadlineOptions
  readonly #onAbort: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #totalAt: number
  readonly #firstByteAt: number
  #phase: 'opening' | 'streaming' | 'over' = 'opening'
  /** When the reader began to wait for the next piece; `undefined`: the reader is busy itself. */
  #waitingSince: number | undefined
  #reject: ((reason: unknown) => void) | undefined

  /** @throws the reason of a signal that is aborted already
   *  @throws {UserError} for a time that is no number */
  constructor(options: DeadlineOptions) {
    this.#options = options
    const { signal, totalMs, firstByteMs, idleMs } = options
    if (Number.isNaN(totalMs + firstByteMs + idleMs)) {
      throw new UserError(
        `A timeout is not a number: ${totalMs}, ${firstByteMs} or ${idleMs} ms. Give milliseconds, or 0 for none.`,
      )
    }
    this.#onAbort = () => this.abort(signal!.reason)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    const now = performance.now()
    this.#totalAt = dueAt(now, totalMs)
    this.#firstByteAt = dueAt(now, firstByteMs)
    this.#arm(now)
  }

  /** For the request and all it does. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends the request for this reason, if it is not over. */
  abort(reason: unknown): void {
    if (this.signal.aborted) return
    this.release()
    this.#controller.abort(reason)
    this.#reject?.(reason)
  }

  /** Settles with `work`, or rejects as soon as the request is aborted. One at a time. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject
      if (this.signal.aborted) reject(this.signal.reason)
      work.then(resolve, reject)
    })
  }

  /** The first piece has come: from now on the pauses between pieces count. */
  begun(): void {
    if (this.#phase !== 'opening') return
    this.#phase = 'streaming'
    clearTimeout(this.#timer)
    this.#arm(performance.now())
  }

  waiting(): void {
    this.#waitingSince = performance.now()
  }

  received(): void {
    this.#waitingSince = undefined
  }

  /** Ends the timer and lets go of the caller's signal. */
  release(): void {
    this.#phase = 'over'
    clearTimeout(this.#timer)
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    this.#options.onRelease?.(this)
  }

  #arm(now: number): void {
    const dueMs = Math.min(this.#totalAt, this.#pauseEndsAt(now)) - now
    if (dueMs < Number.POSITIVE_INFINITY) this.#timer = timer(this.#check, dueMs)
  }

  /** The reader works on a piece: no pause runs. */
  get #isBusy(): boolean {
    return this.#phase === 'streaming' && this.#waitingSince === undefined
  }

  #pauseEndsAt(now: number): number {
    if (this.#phase === 'opening') return this.#firstByteAt
    return dueAt(this.#waitingSince ?? now, this.#options.idleMs)
  }

  readonly #check = (): void => {
    const { totalMs, firstByteMs, idleMs } = this.#options
    const now = performance.now()
    // timers may fire a little early
    const due = now + 1
    if (this.#totalAt <= due) this.#fail('total', totalMs)
    else if (this.#isBusy || this.#pauseEndsAt(now) > due) this.#arm(now)
    else if (this.#phase === 'opening') this.#fail('first-byte', firstByteMs)
    else this.#fail('idle', idleMs)
  }

  #fail(which: TimeoutPhase, timeoutMs: number): void {
    this.abort(new ModelTimeoutError({ which, timeoutMs, modelName: this.#options.modelName }))
  }
}

/** A negative time is what is left after the time was up. */
function dueAt(now: number, ms: number): number {
  return ms === 0 ? Number.POSITIVE_INFINITY : now + ms
}

/** The longest that a timer can take; a longer one would fire at once. */
const longestMs = 2 ** 31 - 1

/** A timer that does not keep the process alive: the connection it watches does that. */
function timer(act: () => void, ms: number): ReturnType<typeof setTimeout> {
  const handle: ReturnType<typeof setTimeout> & { readonly unref?: () => void } = setTimeout(
    act,
    Math.min(ms, longestMs),
  )
  handle.unref?.()
  return handle
}
