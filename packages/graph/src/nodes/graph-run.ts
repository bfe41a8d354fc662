import { GraphRuntimeError } from '../errors.ts'
import { End } from '../end.ts'
import type { InterruptAnswer } from '../interrupt.ts'
import { ManualRun } from '../manual-run.ts'
import type { Session } from '../session.ts'
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
export class GraphRun<TState, TDeps, TOutput, TNode>
  extends ManualRun<TState>
  implements AsyncIterable<TNode | End<TOutput>>
{
  readonly deps: TDeps
  #next: TNode | End<TOutput>
  #shown: TNode | End<TOutput> | undefined

  constructor(session: Session, deps: TDeps) {
    super(session)
    this.deps = deps
    this.#next = this.#upcoming()
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

  override async answer(answers: readonly InterruptAnswer[]): Promise<void> {
    await super.answer(answers)
    this.#next = this.#upcoming()
  }

  /** Runs one node: the next one, or `node` in its place. Returns what comes after it.
   *  After an error, `next(node)` goes on from `node`; `next()` runs the failed node again.
   *  @throws what the node threw; {GraphNodeStatusError} the run has ended, is paused, waits for answers, or is taking a step */
  async next(node?: TNode): Promise<TNode | End<TOutput>> {
    if (node !== undefined && node !== this.#next) await this.#replace(node)
    await this.advance()
    this.#next = this.#upcoming()
    return this.#next
  }

  async #replace(node: TNode): Promise<void> {
    const named = nodeIdOf(node)
    if (named === undefined) throw new TypeError(`next() takes an instance of a node class, not ${String(node)}.`)
    await this.replace([{ nodeId: named.id, input: named.value }])
    this.#next = node
  }

  #upcoming(): TNode | End<TOutput> {
    const { kernel } = this.session
    const { end } = kernel.state
    // outputs and nodes have the types the graph was made with
    if (end !== undefined) return new End<unknown>(end.output) as End<TOutput>
    const task = kernel.readyTasks[0] ?? [...kernel.state.tasks.values()][0]
    if (task === undefined) throw new GraphRuntimeError(`Run "${this.runId}" has no task left.`)
    return kernel.host.inputOf(task) as TNode
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
}
