import type { CallResult } from '../../tools/call-result.ts'
import { graceMs, type Run } from '../run.ts'
import type { BatchResults, FunctionCall } from './batch.ts'
import { Completions } from './completions.ts'
import { settleCall, type Ending } from './settle-call.ts'

/** A call with its validated arguments. */
export interface ReadyCall {
  readonly call: FunctionCall
  readonly args: unknown
}

interface Ended {
  readonly call: FunctionCall
  readonly ending: Ending
}

/** Calls that run at the same time, from when this is made. The first hard error aborts the signal of the others. */
export class RunningCalls {
  readonly #run: Run
  readonly #endings = new Completions<Ended | 'cancelled' | 'overdue'>()
  readonly #siblings: AbortController | undefined
  readonly #stopListening: () => void
  #waiting = 0
  /** Nobody waits for what is still running. */
  #isOver = false

  constructor(run: Run, calls: readonly ReadyCall[], batch: BatchResults) {
    run.checkCancelled()
    this.#run = run
    this.#siblings = calls.length > 1 ? new AbortController() : undefined
    this.#stopListening = run.onCancel(() => {
      this.#endings.push('cancelled')
      this.#siblings?.abort(run.signal.reason)
    })
    for (const { call, args } of calls) {
      // a tool that returned at once may have cancelled the run
      if (run.isCancelled) break
      this.#waiting += 1
      void settleCall(run, call, { args, batch, signal: this.#siblings?.signal }).then(ending => {
        if (ending.kind === 'result' && ending.succeeded === true) this.#countSuccess(call)
        // at once, however slowly the events of the run are read
        if (ending.kind === 'error') this.#siblings?.abort(ending.error)
        this.#endings.push({ call, ending })
      })
    }
  }

  get isDone(): boolean {
    return this.#waiting === 0
  }

  /** Waits for the call that ends next; `undefined` when it was put off.
   *  @throws the error of a call that ends the run · {RunCancelled} */
  async next(): Promise<{ readonly index: number; readonly result: CallResult } | undefined> {
    const ended = await this.#endings.next()
    if (typeof ended === 'string') throw this.#run.cancelled()
    this.#waiting -= 1
    const { call, ending } = ended
    if (ending.kind === 'error') throw ending.error
    return ending.kind === 'deferred' ? undefined : { index: call.index, result: ending.result }
  }

  /** Lets go. What still runs is told to stop and waited for, though not for ever: code of a run that has ended should not go
   *  on behind its back, and what it did in the meantime is in `results`. */
  release(results: Map<number, CallResult>): Promise<void> | undefined {
    this.#stopListening()
    return this.isDone ? undefined : this.#stop(results)
  }

  async #stop(results: Map<number, CallResult>): Promise<void> {
    this.#siblings?.abort()
    const timer = setTimeout(() => this.#endings.push('overdue'), graceMs)
    while (!this.isDone) {
      const ended = await this.#endings.next()
      if (ended === 'overdue') break
      if (ended === 'cancelled') continue
      this.#waiting -= 1
      if (ended.ending.kind === 'result') results.set(ended.call.index, ended.ending.result)
    }
    clearTimeout(timer)
    this.#isOver = true
  }

  /** What comes after the end of the run counts for nothing. */
  #countSuccess({ part }: FunctionCall): void {
    if (this.#isOver) return
    this.#run.usage.toolCalls += 1
    this.#run.toolRetries.succeed(part.toolName)
  }
}
