import { taskRef } from '../events/event.ts'
import type { Json } from '../util/json.ts'
import type { TaskContext, TaskHost } from './context.ts'
import type { Listeners } from './listeners.ts'
import type { Task, WaitRecord } from './model.ts'
import type { Recorder } from './recorder.ts'
import type { RunState } from './run-state.ts'
import type { RunningTasks } from './running-tasks.ts'
import { inputOf } from './task-input.ts'

interface HostParts {
  readonly listeners: Listeners
  readonly recorder: Recorder
  readonly running: RunningTasks
  readonly pump: () => void
  readonly failForGood: (context: TaskContext, error: unknown) => void
}

/** What the tasks of a run that is being driven see of it. */
export class RunHost implements TaskHost {
  readonly runId: string
  readonly state: RunState
  readonly deps: unknown
  readonly #parts: HostParts

  constructor(run: { readonly runId: string; readonly state: RunState; readonly deps: unknown }, parts: HostParts) {
    this.runId = run.runId
    this.state = run.state
    this.deps = run.deps
    this.#parts = parts
  }

  inputOf(task: Task): unknown {
    return inputOf(task)
  }

  emitCustom(task: Task, data: unknown): void {
    const { listeners } = this.#parts
    if (!listeners.isEmpty) listeners.tell({ type: 'custom', at: Date.now(), ...taskRef(task), data })
  }

  failForGood(context: TaskContext, error: unknown): void {
    this.#parts.failForGood(context, error)
  }

  /** Its promise stays open; an answer runs the node anew. */
  park(context: TaskContext, waits: readonly WaitRecord[]): void {
    const { recorder, running, pump } = this.#parts
    if (waits.length > 0) recorder.record({ kind: 'wait', task: context.task, waits })
    running.park(context)
    pump()
  }

  async remember(context: TaskContext, key: string, value: Json | undefined): Promise<void> {
    context.assertAlive()
    await this.#parts.recorder.stored(context, { kind: 'memo', task: context.task, key, value })
  }
}
