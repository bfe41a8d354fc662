import type { CallResult } from '../../tools/call-result.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall } from './batch.ts'
import { Completions } from './completions.ts'
import { settleCall, type Ending } from './settle-call.ts'

/** A call with its validated arguments. */
export interface ReadyCall {
  readonly call: FunctionCall
  readonly args: unknown
}

/** Calls that run at the same time, from when this is made. The first hard error aborts the signal of the others;
 *  what had finished by then is kept. */
export class RunningCalls {
  readonly #run: Run
  readonly #endings = new Completions<{ readonly call: FunctionCall; readonly ending: Ending } | 'cancelled'>()
  readonly #siblings: AbortController | undefined
  readonly #stopListening: () => void
  #waiting: number
  /** Nobody waits for what is still running. */
  #isOver = false

  constructor(run: Run, calls: readonly ReadyCall[], batch: BatchResults) {
    run.checkCancelled()
    this.#run = run
    this.#waiting = calls.length
    this.#siblings = calls.length > 1 ? new AbortController() : undefined
    this.#stopListening = run.onCancel(() => {
      this.#isOver = true
      this.#endings.push('cancelled')
      this.#siblings?.abort(run.signal.reason)
    })
    for (const { call, args } of calls) {
      // a tool that returned at once may have cancelled the run
      if (run.isCancelled) break
      void settleCall(run, call, { args, batch, signal: this.#siblings?.signal }).then(ending => {
        if (ending.kind === 'result' && ending.succeeded === true) this.#countSuccess(call)
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
    if (ended === 'cancelled') throw this.#fail(this.#run.cancelled())
    const { call, ending } = ended
    if (ending.kind === 'error') throw this.#fail(ending.error)
    this.#waiting -= 1
    return ending.kind === 'deferred' ? undefined : { index: call.index, result: ending.result }
  }

  release(): void {
    this.#stopListening()
  }

  /** What comes after the end of the run counts for nothing. */
  #countSuccess({ part }: FunctionCall): void {
    if (this.#isOver) return
    this.#run.usage.toolCalls += 1
    this.#run.toolRetries.succeed(part.toolName)
  }

  #fail(error: unknown): unknown {
    this.#isOver = true
    this.#siblings?.abort(error)
    return error
  }
}
