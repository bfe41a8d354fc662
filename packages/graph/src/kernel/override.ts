import { GraphRuntimeError } from '../errors.ts'
import { toJson } from '../util/json.ts'
import type { TaskHost } from './context.ts'
import type { Op } from './model.ts'
import { contextOutside } from './outside.ts'
import { Router } from './route.ts'
import type { RunState } from './run-state.ts'

/** What a run goes on with in place of its tasks. */
export type Override = readonly { readonly nodeId: string; readonly input: unknown }[] | { readonly end: unknown }

/** The changes that replace all tasks of a run. The new ones take the place of the failed one, or of the oldest: inside the forks it
 *  lies in, with no siblings left. */
export const overrideOps = (host: TaskHost, next: Override, isStored: boolean): readonly Op[] => {
  const { state } = host
  const tasks = [...state.tasks.values()]
  const place = (tasks.find(task => task.status === 'failed') ?? tasks[0])?.place ?? state.root
  if ('end' in next) {
    const value = isStored ? toJson(next.end, 'output of the run') : next.end
    return [
      { t: 'clear', place, count: 0 },
      { t: 'end', value, place },
    ]
  }
  const router = new Router(state.program, isStored, contextOutside(host, place), state.nextId)
  router.ops.push({ t: 'clear', place, count: next.length })
  for (const { nodeId, input } of next) router.arrive(nodeNamed(state, nodeId), input, place)
  return router.ops
}

const nodeNamed = (state: RunState, id: string) => {
  const node = state.program.nodes.get(id)
  if (node === undefined) throw new GraphRuntimeError(`Node "${id}" is not in graph "${state.program.name}".`)
  return node
}
