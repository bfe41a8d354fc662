import { RunCancelledError } from '../errors.ts'
import type { TaskContext } from './context.ts'
import type { Task } from './model.ts'

/** The tasks under way, and those that wait for an answer with their promise still open. */
export class RunningTasks {
  /** tasks under way; those that wait do not count */
  count = 0
  readonly #parked = new Set<TaskContext>()

  begin(context: TaskContext): void {
    const { task } = context
    task.context = context
    context.isRepeat = task.hasBegun
    task.hasBegun = true
    task.status = 'running'
    this.count++
  }

  /** The attempt is over, whatever came of it. */
  end(context: TaskContext): void {
    context.task.context = undefined
    if (!this.#parked.delete(context)) this.count--
  }

  park(context: TaskContext): void {
    if (context.task.status !== 'running') return
    context.task.status = 'waiting'
    this.#parked.add(context)
    this.count--
  }

  isParked(context: TaskContext): boolean {
    return this.#parked.has(context)
  }

  /** Stops one attempt. */
  abandon(task: Task, why: string): void {
    const { context } = task
    if (context === undefined || context.isDead) return
    this.end(context)
    context.kill(new RunCancelledError(`Node "${task.node.id}" was cancelled: ${why}.`))
  }

  /** Stops every attempt; tasks that were running are ready again. */
  stopAll(tasks: Iterable<Task>, reason: unknown): void {
    for (const task of tasks) {
      const { context } = task
      if (context === undefined) continue
      task.context = undefined
      context.kill(reason)
      if (task.status === 'running') task.status = 'ready'
    }
    this.count = 0
    this.#parked.clear()
  }
}
