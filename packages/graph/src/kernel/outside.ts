import { GraphNodeStatusError } from '../errors.ts'
import { TaskContext, type TaskHost } from './context.ts'
import { newTask, type Place } from './model.ts'
import type { RunState } from './run-state.ts'

/** A context outside any task, for code on edges. */
export const contextOutside = (host: TaskHost, place: Place): TaskContext => {
  const { start, nodes } = host.state.program
  const node = start ?? nodes.values().next().value!
  const task = newTask(0, node, place, {})
  task.status = 'running'
  return new TaskContext(host, task)
}

/** Stands for a run that is not being driven: while it is put together, code on its edges may already need a context. */
export const hostOutside = (runId: string, state: RunState, deps: unknown): TaskHost => ({
  runId,
  state,
  deps,
  inputOf: task => task.input,
  emitCustom: () => {},
  failForGood: () => {},
  park: () => {},
  remember: () => Promise.reject(new GraphNodeStatusError('The run has not started; nothing can be kept with a task.')),
})
