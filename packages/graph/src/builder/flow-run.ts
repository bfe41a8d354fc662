import { GraphNodeStatusError } from '../errors.ts'
import type { InterruptAnswer, OpenInterrupt } from '../interrupt.ts'
import type { Session } from '../runner.ts'
import { cloneJson } from '../util/json.ts'
import type { Dest } from './flow-types.ts'

/** A task that the next step of a manual run starts. */
export interface ReadyTask {
  readonly taskId: number
  readonly nodeId: string
  readonly input: unknown
}

/** What a manual run came to: tasks that wait to be started, or the end. */
export type RunStep<TOutput> =
  | { readonly kind: 'tasks'; readonly tasks: readonly ReadyTask[] }
  | { readonly kind: 'end'; readonly output: TOutput }

/** What a task is replaced by. Made by `taskFor`. */
export interface NextTask {
  readonly nodeId: string
  readonly input: unknown
}

/** A task for `override`: a step and its input. */
export const taskFor = <TInput>(step: Dest<TInput>, input: TInput): NextTask => ({ nodeId: step.id, input })

/** A run of a built graph, driven by hand: each step starts the ready tasks and stops when something has come of them. */
export class FlowRun<TState, TOutput> implements AsyncIterable<RunStep<TOutput>>, AsyncDisposable {
  readonly #session: Session
  #hasFailed = false
  #isClosed = false

  constructor(session: Session) {
    this.#session = session
    void session.kernel.run()
  }

  get runId(): string {
    return this.#session.kernel.runId
  }

  /** A copy of the state as it is now. */
  get state(): TState {
    // the state is what the graph's schema let in
    return cloneJson(this.#session.kernel.state.root.branch!.root) as TState
  }

  get current(): RunStep<TOutput> {
    const { kernel } = this.#session
    const { end } = kernel.state
    if (end !== undefined) return { kind: 'end', output: end.output as TOutput }
    const tasks = kernel.readyTasks.map(task => ({
      taskId: task.id,
      nodeId: task.node.id,
      input: task.scope === undefined ? kernel.host.inputOf(task) : undefined,
    }))
    return { kind: 'tasks', tasks }
  }

  /** Undefined until the end is reached. */
  get output(): TOutput | undefined {
    return this.current.kind === 'end' ? this.current.output : undefined
  }

  get interrupts(): readonly OpenInterrupt[] {
    return this.#session.kernel.openInterrupts()
  }

  async answer(answers: readonly InterruptAnswer[]): Promise<void> {
    this.#session.kernel.answer(answers)
    await this.#session.journal?.flush()
    void this.#session.kernel.run()
  }

  /** Starts the ready tasks and waits until others are ready or the end is reached. After an error it runs the failed tasks again.
   *  @throws what a step threw */
  async next(): Promise<RunStep<TOutput>> {
    const { kernel } = this.#session
    if (kernel.state.end !== undefined)
      throw new GraphNodeStatusError('The run has ended; there is nothing left to run.')
    if (this.#hasFailed) void kernel.run()
    this.#hasFailed = false
    if (kernel.readyTasks.length === 0 && kernel.isIdle && this.interrupts.length > 0)
      throw new GraphNodeStatusError(
        `The run waits for answers to ${this.interrupts.map(({ id }) => id).join(', ')}; call answer() first.`,
      )
    await kernel.step()
    const stop = kernel.stopped
    if (stop?.status === 'failed' || stop?.status === 'cancelled') {
      this.#hasFailed = true
      throw stop.error
    }
    if (kernel.state.end !== undefined) await this.#close()
    return this.current
  }

  /** Replaces what is ready or has failed by other tasks, or by the end. */
  async override(next: readonly NextTask[] | { readonly end: TOutput }): Promise<void> {
    await this.#session.kernel.override(next)
    this.#hasFailed = false
    if (this.#session.kernel.state.end !== undefined) await this.#close()
  }

  /** Yields the ready tasks before each step, and the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunStep<TOutput>> {
    yield this.current
    while (this.#session.kernel.state.end === undefined) {
      yield await this.next()
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
