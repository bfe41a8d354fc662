import { GraphNodeStatusError, GraphRuntimeError } from '../errors.ts'
import { End } from '../end.ts'
import type { InterruptAnswer, OpenInterrupt } from '../interrupt.ts'
import type { Task } from '../kernel/model.ts'
import type { Session } from '../runner.ts'
import { cloneJson } from '../util/json.ts'
import { nodeIdOf } from './handle.ts'

/** What a run came to. */
export interface GraphRunResult<TState, TOutput> {
  readonly output: TOutput
  readonly state: TState
  readonly runId: string
}

/** A run of class nodes driven by hand. Iterate it (start node first, End last), or call `next()`. Dispose of it when you stop early.
 *  @example
 *  await using run = await graph.iter(new Ask(), { state })
 *  for await (const node of run) console.log(node) */
export class GraphRun<TState, TDeps, TOutput, TNode> implements AsyncIterable<TNode | End<TOutput>>, AsyncDisposable {
  readonly deps: TDeps
  readonly #session: Session
  #next: TNode | End<TOutput>
  #shown: TNode | End<TOutput> | undefined
  #hasFailed = false
  #isClosed = false

  constructor(session: Session, deps: TDeps) {
    this.#session = session
    this.deps = deps
    void session.kernel.run()
    this.#next = this.#upcoming()
  }

  get runId(): string {
    return this.#session.kernel.runId
  }

  /** A copy of the state as it is now. */
  get state(): TState {
    // the state is what the graph's schema let in
    return cloneJson(this.#session.kernel.state.root.branch!.root) as TState
  }

  /** What the next step runs, or the End. */
  get nextNode(): TNode | End<TOutput> {
    return this.#next
  }

  /** Undefined until an End is next. */
  get result(): GraphRunResult<TState, TOutput> | undefined {
    if (!(this.#next instanceof End)) return undefined
    return { output: this.#next.data, state: this.state, runId: this.runId }
  }

  /** Questions that wait for `answer`. */
  get interrupts(): readonly OpenInterrupt[] {
    return this.#session.kernel.openInterrupts()
  }

  /** Answers open interrupts; the node that asked runs again with the next `next()`. */
  async answer(answers: readonly InterruptAnswer[]): Promise<void> {
    this.#session.kernel.answer(answers)
    await this.#session.journal?.flush()
    void this.#session.kernel.run()
    this.#next = this.#upcoming()
  }

  /** Runs one node: the next one, or `node` in its place. Returns what comes after it.
   *  After an error, `next(node)` goes on from `node`; `next()` runs the failed node again.
   *  @throws what the node threw */
  async next(node?: TNode): Promise<TNode | End<TOutput>> {
    const { kernel } = this.#session
    if (node !== undefined && node !== this.#next) await this.#replace(node)
    else if (this.#hasFailed) void kernel.run()
    this.#hasFailed = false
    if (this.#next instanceof End) throw new GraphNodeStatusError('The run has ended; there is no node to run.')
    if (kernel.readyTasks.length === 0 && this.interrupts.length > 0)
      throw new GraphNodeStatusError(
        `The run waits for answers to ${this.interrupts.map(({ id }) => id).join(', ')}; call answer() first.`,
      )
    await kernel.step()
    const stop = kernel.stopped
    if (stop?.status === 'failed' || stop?.status === 'cancelled') {
      this.#hasFailed = true
      throw stop.error
    }
    this.#next = this.#upcoming()
    if (this.#next instanceof End) await this.#close()
    return this.#next
  }

  async #replace(node: TNode): Promise<void> {
    const named = nodeIdOf(node)
    if (named === undefined) throw new TypeError(`next() takes an instance of a node class, not ${String(node)}.`)
    await this.#session.kernel.override([{ nodeId: named.id, input: named.value }])
    this.#next = node
  }

  #upcoming(): TNode | End<TOutput> {
    const { kernel } = this.#session
    const { end } = kernel.state
    // outputs and nodes have the types the graph was made with
    if (end !== undefined) return new End<unknown>(end.output) as End<TOutput>
    const task = kernel.readyTasks[0] ?? [...kernel.state.tasks.values()][0]
    if (task === undefined) throw new GraphRuntimeError(`Run "${this.runId}" has no task left.`)
    return this.#instance(task)
  }

  #instance(task: Task): TNode {
    return this.#session.kernel.host.inputOf(task) as TNode
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TNode | End<TOutput>> {
    for (;;) {
      const current = this.#next
      if (this.#shown !== current) {
        this.#shown = current
        yield current
      }
      if (this.#next instanceof End) {
        if (this.#shown !== this.#next) yield this.#next
        return
      }
      // the loop's body may have called next() itself
      if (this.#next === current) await this.next()
    }
  }

  /** Stops here; a stored run can be resumed. */
  async pause(): Promise<void> {
    if (this.#isClosed) return
    if (this.#session.kernel.stopped === undefined) this.#session.kernel.pause()
    await this.#close()
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#session.journal?.flush()
    await this.#session.close(this.#session.kernel.stopped)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause()
  }
}
