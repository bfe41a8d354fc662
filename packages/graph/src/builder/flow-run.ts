import { ManualRun } from '../manual-run.ts'
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
export class FlowRun<TState, TOutput> extends ManualRun<TState> implements AsyncIterable<RunStep<TOutput>> {
  get current(): RunStep<TOutput> {
    const { kernel } = this.session
    const { end } = kernel.state
    // the output is what the schema of the graph's end gave out
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
    const { current } = this
    return current.kind === 'end' ? current.output : undefined
  }

  /** Starts the ready tasks and waits until others are ready or the end is reached. After an error it runs the failed tasks again.
   *  @throws what a step threw; {GraphNodeStatusError} the run has ended, is paused, waits for answers, or is taking a step */
  async next(): Promise<RunStep<TOutput>> {
    await this.advance()
    return this.current
  }

  /** Replaces what is ready or has failed by other tasks, or by the end. In a fork the new tasks are one item of it, at the place of
   *  the failed task (or of the oldest): its siblings that have not arrived at the join are dropped. An `end` given here is the output
   *  as it is: no schema is asked. */
  async override(next: readonly NextTask[] | { readonly end: TOutput }): Promise<void> {
    await this.replace(next)
  }

  /** Yields the ready tasks before each step, and the end. */
  async *[Symbol.asyncIterator](): AsyncGenerator<RunStep<TOutput>> {
    yield this.current
    while (this.session.kernel.state.end === undefined) yield await this.next()
  }
}
