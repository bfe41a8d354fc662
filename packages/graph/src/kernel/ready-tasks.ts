import { Queue } from '../util/queue.ts'
import { admit } from './admission.ts'
import type { Task } from './model.ts'

/** The tasks that may start: at once, or when a manual driver lets them. */
export class ReadyTasks {
  readonly #queue = new Queue<Task>()
  readonly #isManual: boolean
  #held: Task[] = []

  constructor(isManual: boolean) {
    this.#isManual = isManual
  }

  get isEmpty(): boolean {
    return this.#queue.size === 0 && this.#held.length === 0
  }

  /** what a manual driver may start */
  get held(): readonly Task[] {
    return this.#held.filter(isReady)
  }

  get hasHeld(): boolean {
    return this.#held.length > 0
  }

  offer(task: Task): void {
    if (this.#isManual) this.#held.push(task)
    else this.#queue.push(task)
  }

  /** Puts a task straight into the queue, also in a manual run: its step is under way already. */
  push(task: Task): void {
    this.#queue.push(task)
  }

  letGo(): void {
    for (const task of this.held) this.#queue.push(task)
    this.#held = []
  }

  /** The next task to start. One that finds a map full waits there. */
  take(): Task | undefined {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift())
      if (isReady(task) && admit(task)) return task
    return undefined
  }

  clear(): void {
    this.#queue.clear()
    this.#held = []
  }
}

const isReady = (task: Task): boolean => task.status === 'ready'
