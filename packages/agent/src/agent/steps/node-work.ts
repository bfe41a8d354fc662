import type { AgentNode } from '../../capabilities/capability.ts'
import type { AgentEvent } from '../../messages/event.ts'
import { drainTo } from '../../util/bridge.ts'
import { isPromiseLike, type MaybePromise } from '../../util/json.ts'

/** The work of one node, which ends with the node that comes next. Work without events is no generator: a generator costs
 *  every run several promises. */
export type NodeWork = AsyncGenerator<AgentEvent, AgentNode> | MaybePromise<AgentNode>

/** Whether work has events to pass on. */
export function hasEvents(work: NodeWork): work is AsyncGenerator<AgentEvent, AgentNode> {
  return !isPromiseLike(work) && Symbol.asyncIterator in work
}

/** Passes the events of work to `emit` and resolves with the next node. */
export async function drainWorkTo(emit: (event: AgentEvent) => Promise<void>, work: NodeWork): Promise<AgentNode> {
  return hasEvents(work) ? drainTo(emit, work) : work
}
