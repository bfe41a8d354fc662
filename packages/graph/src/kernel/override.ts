import { GraphRuntimeError } from '../errors.ts'
import type { ProgramNode } from '../program.ts'
import { toKept } from '../util/json.ts'
import type { TaskHost } from './context.ts'
import type { Op, Place } from './model.ts'
import { contextOutside } from './outside.ts'
import { Router } from './route.ts'
import type { RunState } from './run-state.ts'

/** What a run goes on with in place of its tasks. */
export type Override = readonly { readonly nodeId: string; readonly input: unknown }[] | { readonly end: unknown }

/** The changes that replace all tasks of a run. The new ones start where the failed one was, or the oldest: inside the same forks, as far
 *  as they lie in them, and with no siblings left. */
export const overrideOps = (host: TaskHost, next: Override): readonly Op[] => {
  const { state } = host
  const from = placeToReplace(state)
  if ('end' in next) {
    const value = toKept(next.end, 'output of the run')
    return [
      { t: 'clear', place: from, count: 0 },
      { t: 'end', value, place: from },
    ]
  }
  const nodes = next.map(({ nodeId }) => nodeNamed(state, nodeId))
  const place = nodes[0] === undefined ? from : placeOf(nodes[0], from)
  const stranger = nodes.find(node => placeOf(node, from) !== place)
  if (stranger !== undefined)
    throw new GraphRuntimeError(
      `Nodes "${nodes[0]!.id}" and "${stranger.id}" lie in different forks; choose one place.`,
    )
  const router = new Router(state.program, contextOutside(host, place), state.nextId)
  router.ops.push({ t: 'clear', place, count: next.length })
  nodes.forEach((node, index) => router.arrive(node, next[index]!.input, place))
  return router.ops
}

const placeToReplace = (state: RunState): Place => {
  const tasks = [...state.tasks.values()]
  const task = tasks.find(({ status }) => status === 'failed') ?? tasks[0]
  return task?.place ?? state.root
}

const nodeNamed = (state: RunState, id: string): ProgramNode => {
  const node = state.program.nodes.get(id)
  if (node === undefined) throw new GraphRuntimeError(`Node "${id}" is not in graph "${state.program.name}".`)
  return node
}

/** `from`, or the place around it that lies in the innermost fork (or subgraph) of the node. */
const placeOf = (node: ProgramNode, from: Place): Place => {
  const fork = node.forks?.[node.forks.length - 1] ?? node.parent
  for (let at: Place | undefined = from; at !== undefined; at = at.scope.up) if (at.scope.fork?.id === fork) return at
  throw new GraphRuntimeError(`Node "${node.id}" lies inside "${fork}", which is not open where the run is.`)
}
