import { UserError } from '../errors/user-error.ts'
import type { AgentEvent } from '../messages/event.ts'
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

/** Drives one run on behalf of whoever reads it. */
export class RunStream<TOutput> implements AgentStream<TOutput> {
  readonly #run: Run
  readonly #events: AsyncGenerator<AgentEvent<TOutput>, AgentRunResult<TOutput>>
  #isRead = false
  #result: Promise<AgentRunResult<TOutput>> | undefined
  #settle: { resolve(result: AgentRunResult<TOutput>): void; reject(error: unknown): void } | undefined
  /** The reader has been given the output; only the end is left. */
  #hasOutput = false
  /** What a reader who goes on after `cancel()` is told, once. */
  #notice: unknown
  #stopWaiting: ((error: unknown) => void) | undefined
  #stopWatching: (() => void) | undefined

  constructor(run: Run) {
    this.#run = run
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
    const result = this.#ensureResult()
    if (!this.#isRead) void this.#readToEnd()
    return result
  }

  [Symbol.asyncIterator](): AsyncIterator<AgentEvent<TOutput>> {
    this.#claim()
    return {
      next: () => this.#next(),
      return: async () => {
        await this.cancel('its stream was left')
        this.#notice = undefined
        return { done: true, value: undefined }
      },
    }
  }

  text(options: ViewOptions = {}): AsyncIterable<string> {
    return debounced(textDeltas(this), { ...this.#debounce(options), join: pieces => pieces.join('') })
  }

  partials(options: ViewOptions = {}): AsyncIterable<DeepPartial<TOutput>> {
    return debounced(outputPartials<TOutput>(this, this.#run), this.#debounce(options))
  }

  elements(): AsyncIterable<TOutput extends readonly (infer E)[] ? E : never> {
    return outputElements<TOutput extends readonly (infer E)[] ? E : never>(this, this.#run)
  }

  responses(options: ViewOptions = {}): AsyncIterable<ModelResponse> {
    return debounced(this.#responses(), this.#debounce(options))
  }

  #debounce({ debounceMs }: ViewOptions): { readonly windowMs?: number; readonly leave: () => Promise<void> } {
    return { windowMs: debounceMs, leave: () => this.cancel('its stream was left') }
  }

  async *#responses(): AsyncGenerator<ModelResponse> {
    for await (const event of this) {
      if (event.kind !== 'part-start' && event.kind !== 'part-delta' && event.kind !== 'part-end') continue
      const response = this.#run.currentStream?.response()
      if (response !== undefined) yield response
    }
  }

  async cancel(reason?: string): Promise<void> {
    if (this.#hasOutput) return this.#readToEnd()
    if (this.#settle === undefined) void this.#ensureResult().catch(() => {})
    const error = this.#run.cancel(reason)
    this.#notice = error
    await inTime(this.#run, this.#events.return(undefined as never)).catch(() => {})
    this.#stopWatching?.()
    error.run ??= this.#run.describeFailure()
    this.#settle?.reject(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel('its stream was disposed')
  }

  #claim(): void {
    if (this.#isRead) {
      throw new UserError(
        'This stream is being read already. Read it once, as events or through one view; `output` and `result` can be awaited besides.',
      )
    }
    this.#isRead = true
  }

  #next(): Promise<IteratorResult<AgentEvent<TOutput>>> {
    this.#stopWatching ??= this.#run.onOverdue(() => {
      const error = describe(this.#run, this.#run.cancelled())
      this.#fail(error)
      this.#stopWaiting?.(error)
    })
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject
      this.#events.next().then(
        step => (step.done === true ? resolve(this.#finish(step.value)) : resolve(this.#noted(step))),
        (error: unknown) => reject(this.#fail(error)),
      )
    })
  }

  #noted<R extends IteratorYieldResult<AgentEvent<TOutput>>>(step: R): R {
    if (step.value.kind === 'agent-run-result') this.#hasOutput = true
    return step
  }

  /** A generator gives its value once; one that was closed gives none, and reading on is no new end. */
  #finish(result: AgentRunResult<TOutput> | undefined): IteratorResult<never> | Promise<never> {
    this.#stopWatching?.()
    if (result !== undefined) {
      void this.#ensureResult()
      this.#settle?.resolve(result)
    }
    const notice = this.#notice
    this.#notice = undefined
    return notice === undefined ? { done: true, value: undefined } : Promise.reject(notice as Error)
  }

  #fail(error: unknown): unknown {
    this.#stopWatching?.()
    this.#notice = undefined
    void this.#ensureResult().catch(() => {})
    this.#settle?.reject(error)
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

  #ensureResult(): Promise<AgentRunResult<TOutput>> {
    return (this.#result ??= new Promise((resolve, reject) => (this.#settle = { resolve, reject })))
  }
}
