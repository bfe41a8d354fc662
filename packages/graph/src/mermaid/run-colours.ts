import type { GraphEvent } from '../events/event.ts'
import type { NodeRunStatus } from './code.ts'

/** Follows the events of a run and knows the state of each node, for `mermaid({ status })`.
 *  A node with several tasks shows the one that needs attention most: failed, running, waiting, ready, done; one whose tasks were all
 *  cancelled shows nothing.
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
    show(nodeId, count)
  }

  const drop = (taskId: number): void => {
    const known = tasks.get(taskId)
    if (known === undefined) return
    tasks.delete(taskId)
    const count = counts.get(known.nodeId)!
    count.set(known.status, count.get(known.status)! - 1)
    show(known.nodeId, count)
  }

  const show = (nodeId: string, count: ReadonlyMap<NodeRunStatus, number>): void => {
    const shown = ORDER.find(kind => (count.get(kind) ?? 0) > 0)
    if (shown === undefined) status.delete(nodeId)
    else status.set(nodeId, shown)
  }

  /** What had begun begins again when the run goes on. */
  const stop = (): void => {
    for (const [taskId, task] of tasks) if (task.status === 'running') move(taskId, task.nodeId, 'ready')
  }

  return {
    status: status as ReadonlyMap<string, NodeRunStatus>,
    add(event: GraphEvent): void {
      const next = STATUS_OF[event.type]
      if (next !== undefined && 'taskId' in event) move(event.taskId, event.nodeId, next)
      else if (event.type === 'task-cancel') drop(event.taskId)
      else if (event.type === 'run-status' && event.status !== 'running') stop()
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
