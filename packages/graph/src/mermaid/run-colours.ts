import type { GraphEvent } from '../events/event.ts'
import type { NodeRunStatus } from './code.ts'

/** Follows the events of a run and knows the state of each node, for `mermaid({ status })`.
 *  A node with several tasks shows the one that needs attention most: failed, running, waiting, ready, done.
 *  @example
 *  const colours = runColours()
 *  await graph.run(start, { state, onEvent: event => { colours.add(event); show(graph.mermaid({ status: colours.status })) } }) */
export const runColours = () => {
  const tasks = new Map<number, { nodeId: string; status: NodeRunStatus }>()
  const counts = new Map<string, Map<NodeRunStatus, number>>()
  const status = new Map<string, NodeRunStatus>()

  const move = (taskId: number, nodeId: string, next: NodeRunStatus): void => {
    const known = tasks.get(taskId)
    const count = counts.get(nodeId) ?? new Map<NodeRunStatus, number>()
    counts.set(nodeId, count)
    if (known !== undefined) count.set(known.status, (count.get(known.status) ?? 1) - 1)
    count.set(next, (count.get(next) ?? 0) + 1)
    // done tasks are never looked up again
    if (next === 'done') tasks.delete(taskId)
    else tasks.set(taskId, { nodeId, status: next })
    status.set(nodeId, ORDER.find(kind => (count.get(kind) ?? 0) > 0) ?? next)
  }

  return {
    status: status as ReadonlyMap<string, NodeRunStatus>,
    add(event: GraphEvent): void {
      const next = STATUS_OF[event.type]
      if (next !== undefined && 'taskId' in event) move(event.taskId, event.nodeId, next)
    },
  }
}

const ORDER: readonly NodeRunStatus[] = ['failed', 'running', 'waiting', 'ready', 'done']

const STATUS_OF: Partial<Record<GraphEvent['type'], NodeRunStatus>> = {
  'task-ready': 'ready',
  'task-start': 'running',
  'task-retry': 'ready',
  'task-end': 'done',
  'task-error': 'failed',
  interrupt: 'waiting',
}
