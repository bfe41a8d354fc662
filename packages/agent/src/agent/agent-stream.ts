import { UserError } from '../errors/user-error.ts'
import type { AgentEvent, ModelEvent } from '../messages/event.ts'
import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { DeepPartial } from '../output/output-spec.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import { describe, executeRun, inTime } from './execute-run.ts'
import type { AgentRunResult } from './run-result.ts'
import type { Run } from './run.ts'
import { debounced } from './views/debounced.ts'
import { outputElements } from './views/output-elements.ts'
import { outputPartials } from './views/output-partials.ts'
import { textDeltas } from './views/text-deltas.ts'
import type { View } from './views/view.ts'

/** Options of the views of a stream. */
export interface ViewOptions {
  /** Joins what arrives within this many milliseconds of the first item. Default 0: everything as it comes. */
  readonly debounceMs?: number
}

/** A run being watched. It goes on only as fast as it is read; leaving the loop early cancels it, with its model request
 *  and its tools. Read it once: as events, or through one of the views. `output` and `result` read what is left of it. */
export interface AgentStream<out TOutput = string> extends AsyncIterable<AgentEvent<TOutput>>, AsyncDisposable {
  /** The text the model writes, piece by piece, of every response. A blank line sets the texts of two responses apart. */
  text(options?: ViewOptions): AsyncIterable<string>
  /** The structured output as far as it has come; at last the output itself, validated.
   *  Objects are alive until the end: the same one grows. Copy what you keep. */
  partials(options?: ViewOptions): AsyncIterable<DeepPartial<TOutput>>
  /** The elements of an output that is a list, each when it is whole. They are validated with the list, at the end. */
  elements(): AsyncIterable<TOutput extends readonly (infer E)[] ? E : never>
  /** The response being received, growing. */
  responses(options?: ViewOptions): AsyncIterable<ModelResponse>
  /** Resolves with the validated output when the run ends. */
  readonly output: Promise<TOutput>
  readonly result: Promise<AgentRunResult<TOutput>>
  readonly messages: readonly ModelMessage[]
  readonly usage: RunUsage
  readonly runId: string
  /** Ends the run: it rejects with `RunCancelled`. */
  cancel(reason?: string): Promise<void>
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined }

/** Gives a step to a reader who waits for it. */
type Waiting = (step: IteratorResult<unknown> | Promise<never>) => void

/** Drives one run on behalf of whoever reads it. */
export class RunStream<TOutput> implements AgentStream<TOutput> {
  readonly #run: Run
  readonly #events: AsyncGenerator<AgentEvent<TOutput>, AgentRunResult<TOutput>>
  #isRead = false
  #isOver = false
  /** A view chooses here and not in a generator on top of the events, which would cost each of them as much again. */
  #view: View<unknown, TOutput> = step => step
  readonly #waiting: Waiting[] = []
  #isPulling = false
  /** The answer that is being received, read directly. The run goes on when it has ended. */
  #answer: AsyncIterator<ModelEvent> | undefined
  readonly #result: Promise<AgentRunResult<TOutput>>
  #settle!: { resolve(result: AgentRunResult<TOutput>): void; reject(error: unknown): void }
  /** The reader has been given the output; only the end is left. */
  #hasOutput = false
  /** What a reader who goes on after `cancel()` is told, once. */
  #notice: unknown
  #stopWatching: (() => void) | undefined

  constructor(run: Run) {
    this.#run = run
    run.handsOver = true
    this.#result = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    // who reads the stream is told; `result` may interest nobody
    this.#result.catch(() => {})
    this.#events = executeRun<TOutput>(run)
  }

  get messages(): readonly ModelMessage[] {
    return this.#run.messages
  }

  get usage(): RunUsage {
    return this.#run.usage
  }

  get runId(): string {
    return this.#run.runId
  }

  get output(): Promise<TOutput> {
    return this.result.then(result => result.output)
  }

  get result(): Promise<AgentRunResult<TOutput>> {
    if (!this.#isRead) void this.#readToEnd()
    return this.#result
  }

  [Symbol.asyncIterator](): AsyncIterator<AgentEvent<TOutput>> {
    this.#claim(this.#view)
    return this.#reader()
  }

  text(options: ViewOptions = {}): AsyncIterable<string> {
    return debounced(this.#reader(textDeltas), options.debounceMs, pieces => pieces.join(''))
  }

  partials(options: ViewOptions = {}): AsyncIterable<DeepPartial<TOutput>> {
    return debounced(
      this.#reader(() => outputPartials<TOutput>(this.#run)),
      options.debounceMs,
    )
  }

  elements(): AsyncIterable<TOutput extends readonly (infer E)[] ? E : never> {
    return outputElements<TOutput extends readonly (infer E)[] ? E : never>(this, this.#run)
  }

  responses(options: ViewOptions = {}): AsyncIterable<ModelResponse> {
    return debounced(
      this.#reader(() => growingResponse(this.#run)),
      options.debounceMs,
    )
  }

  async cancel(reason?: string): Promise<void> {
    if (this.#hasOutput) return this.#readToEnd()
    const error = this.#run.cancel(reason)
    this.#notice = error
    await inTime(this.#run, this.#events.return(undefined as never)).catch(() => {})
    this.#stopWatching?.()
    describe(this.#run, error)
    this.#settle.reject(error)
    this.#dismiss(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel('its stream was disposed')
  }

  #claim(view: View<unknown, TOutput>): void {
    if (this.#isRead) {
      throw new UserError(
        'This stream is being read already. Read it once, as events or through one view; `output` and `result` can be awaited besides.',
      )
    }
    this.#isRead = true
    this.#view = view
  }

  /** @param view takes the stream when it is first read; without one it has been taken */
  #reader<T>(view?: () => View<T, TOutput>): AsyncIterableIterator<T> {
    let isOpen = view === undefined
    let isLeft = false
    const open = () => {
      if (!isOpen) this.#claim(view!())
      isOpen = true
    }
    const leave = async () => {
      isLeft = true
      if (isOpen) await this.#leave()
    }
    const reader: AsyncIterableIterator<T> = {
      // the view of this reader makes the steps
      next: () => (isLeft ? Promise.resolve(over) : (this.#next(open) as Promise<IteratorResult<T>>)),
      return: async () => {
        await leave()
        return over
      },
      throw: async error => {
        await leave()
        throw error
      },
      [Symbol.asyncIterator]: () => reader,
    }
    return reader
  }

  async #leave(): Promise<void> {
    if (this.#isOver) return
    await this.cancel('its stream was left')
    this.#isOver = true
  }

  #next(open?: () => void): Promise<IteratorResult<unknown>> {
    return new Promise(resolve => {
      open?.()
      if (this.#isOver) return resolve(over)
      this.#stopWatching ??= this.#run.onOverdue(() => {
        // whoever waits has waited long enough for a run that was cancelled
        if (this.#answer !== undefined) void this.#events.return(undefined as never).catch(() => {})
        this.#dismiss(this.#fail(describe(this.#run, this.#run.cancelled())))
      })
      this.#waiting.push(resolve)
      if (!this.#isPulling) this.#pull()
    })
  }

  /** One step after the other, as a generator would have it. */
  #pull(): void {
    this.#isPulling = true
    // a cancelled run ends by itself
    if (this.#run.isCancelled) this.#answer = undefined
    const source: AsyncIterator<AgentEvent<TOutput>, AgentRunResult<TOutput>> = this.#answer ?? this.#events
    source.next().then(this.#onStep, this.#onError)
  }

  // two closures per stream instead of some for each event
  readonly #onStep = (step: IteratorResult<AgentEvent<TOutput>, AgentRunResult<TOutput>>): void => {
    const { currentStream } = this.#run
    if (step.done === true) {
      if (this.#answer === undefined) this.#waiting.shift()?.(this.#finish(step.value))
      this.#answer = undefined
      return this.#goOn()
    }
    if (step.value.kind === 'agent-run-result') this.#hasOutput = true
    if (step.value !== (currentStream as unknown)) return this.#show(step)
    this.#answer = currentStream![Symbol.asyncIterator]()
    this.#pull()
  }

  readonly #onError = (error: unknown): void => {
    if (this.#answer === undefined) this.#waiting.shift()?.(Promise.reject(this.#fail(error) as Error))
    else if (!this.#run.isCancelled) {
      this.#answer = undefined
      return void this.#events.throw(error).then(this.#onStep, this.#onError)
    }
    this.#goOn()
  }

  #show(step: IteratorYieldResult<AgentEvent<TOutput>>): void {
    try {
      const shown = this.#view(step)
      if (shown !== undefined) this.#waiting.shift()?.(shown)
    } catch (error) {
      this.#waiting.shift()?.(this.#leave().then(() => Promise.reject(error as Error)))
    }
    this.#goOn()
  }

  #goOn(): void {
    this.#isPulling = false
    if (this.#waiting.length > 0) this.#pull()
  }

  /** Who still waits is told; what the answer still brings, and when, interests nobody. */
  #dismiss(error: unknown): void {
    this.#answer = undefined
    for (const waiting of this.#waiting.splice(0)) {
      this.#isOver = true
      waiting(Promise.reject(error as Error))
    }
  }

  /** A generator gives its value once; one that was closed gives none, and reading on is no new end. */
  #finish(result: AgentRunResult<TOutput> | undefined): IteratorResult<never> | Promise<never> {
    this.#isOver = true
    this.#stopWatching?.()
    if (result !== undefined) this.#settle.resolve(result)
    const notice = this.#notice
    this.#notice = undefined
    return notice === undefined ? over : Promise.reject(describe(this.#run, notice) as Error)
  }

  #fail(error: unknown): unknown {
    this.#isOver = true
    this.#stopWatching?.()
    this.#settle.reject(error)
    return error
  }

  async #readToEnd(): Promise<void> {
    this.#isRead = true
    try {
      while ((await this.#next()).done !== true);
    } catch {
      // `#next` has told the result
    }
  }
}

function growingResponse(run: Run): View<ModelResponse> {
  return ({ value: { kind } }) => {
    const value = kind.startsWith('part-') ? run.currentStream?.response() : undefined
    return value && { done: false, value }
  }
}
