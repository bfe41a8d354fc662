import { GraphInputError } from '../errors.ts'
import type { Graph } from '../nodes/graph.ts'
import { importRun } from '../copy-run.ts'
import { replayRun } from '../kernel/load.ts'
import type { GraphStore } from '../store/store.ts'
import type { Json } from '../util/json.ts'
import { cloneJson } from '../util/json.ts'

/** A snapshot in the JSON that pydantic_graph 0.0.40 to 1.x writes.
 *  @see https://ai.pydantic.dev/graph/#state-persistence (read 2026-11-23) */
export type PydanticSnapshot =
  | {
      readonly kind: 'node'
      /** the state before the node ran */
      readonly state: Json
      readonly node: { readonly node_id: string } & { readonly [field: string]: Json }
      readonly start_ts?: string | null
      /** seconds */
      readonly duration?: number | null
      readonly status?: 'created' | 'pending' | 'running' | 'success' | 'error'
      readonly id?: string
    }
  | {
      readonly kind: 'end'
      readonly state: Json
      readonly result: { readonly data: Json }
      readonly ts?: string
      readonly id?: string
    }

/** Whatever state its runs are given: here they are not run. */
type ClassGraph<TState, TDeps, TOutput, TNode> = Pick<
  Graph<TState, TDeps, TOutput, TNode, unknown>,
  'program' | 'accepts'
>

const parse = (json: string | readonly unknown[]): readonly PydanticSnapshot[] => {
  const value: unknown = typeof json === 'string' ? JSON.parse(json) : json
  if (!Array.isArray(value)) throw new GraphInputError('A pydantic_graph history is a JSON array of snapshots.')
  for (const [index, snapshot] of value.entries()) {
    const { kind, node } = (snapshot ?? {}) as { kind?: unknown; node?: { node_id?: unknown } }
    if (kind !== 'end' && !(kind === 'node' && typeof node?.node_id === 'string'))
      throw new GraphInputError(`Snapshot ${index} has neither kind "end" nor kind "node" with a node_id.`)
  }
  // the discriminators were just checked; the state and the fields of the snapshot that is used are checked by the graph's schemas
  return value as readonly PydanticSnapshot[]
}

/** Stores the last snapshot of a pydantic_graph history as a run of `graph`, ready to be resumed. Nodes that were pending, running or
 *  failed there run (again) here: there they would have been lost. The schemas of the graph check the state and the node's fields, and
 *  fill in their defaults; a schema with a codec reads the fields as it reads stored ones.
 *  @throws {GraphInputError} not a history, or it does not fit the graph; {GraphRuntimeError} a node_id the graph does not have; {RunExistsError} */
export const importPydanticSnapshots = async <TState, TDeps, TOutput, TNode>(
  graph: ClassGraph<TState, TDeps, TOutput, TNode>,
  history: string | readonly unknown[],
  options: { readonly store: GraphStore; readonly runId: string },
): Promise<void> => {
  const snapshots = parse(history)
  const last = snapshots[snapshots.length - 1]
  if (last === undefined) throw new GraphInputError('The history is empty; there is nothing to go on from.')
  const { store, runId } = options
  if (last.kind === 'end') {
    await importRun(graph.program, store, { runId, state: last.state, at: { output: last.result.data } })
    return
  }
  const { node_id: node, ...fields } = last.node
  await importRun(graph.program, store, { runId, state: last.state, at: { node, fields } })
}

/** The history of a run of class nodes as pydantic_graph would have written it.
 *  What a migration rewrote is given as it was after it. Runs that forked or were compacted give the snapshots of the records that are there. */
export const exportPydanticSnapshots = async <TState, TDeps, TOutput, TNode>(
  graph: ClassGraph<TState, TDeps, TOutput, TNode>,
  runId: string,
  options: { readonly store: GraphStore },
): Promise<PydanticSnapshot[]> => {
  const out: PydanticSnapshot[] = []
  const run = await options.store.get(runId)
  if (run === undefined) return out
  const idOf = (task: { id: number; node: { id: string } }) => `${task.node.id}:${runId}-${task.id}`
  type NodeFields = { readonly node_id: string } & { readonly [field: string]: Json }
  let state: Json = null
  const open = new Map<number, number>()
  const created = (task: { id: number; node: { id: string }; input: unknown }): PydanticSnapshot => ({
    state: cloneJson(state),
    // class nodes are stored as their fields
    node: { ...(task.input as { readonly [field: string]: Json }), node_id: task.node.id } as NodeFields,
    start_ts: null,
    duration: null,
    status: 'created',
    kind: 'node',
    id: idOf(task),
  })
  let before: object | undefined
  await replayRun(graph.program, options.store, run, (after, record) => {
    state = (after.root.branch!.root ?? null) as Json
    const isMigrated = before !== undefined && before !== after
    before = after
    for (const [id, index] of open) {
      const migrated = isMigrated ? after.tasks.get(id) : undefined
      if (migrated !== undefined) out[index] = created(migrated)
      const snapshot = out[index]!
      const task = after.tasks.get(id)
      if (snapshot.kind !== 'node' || task?.status === 'ready') continue
      if (task?.status === 'failed') out[index] = { ...snapshot, status: 'error' }
      else if (task === undefined) {
        const { ms = 0 } = JSON.parse(record.data) as { ms?: number }
        out[index] = {
          ...snapshot,
          status: 'success',
          duration: ms / 1000,
          start_ts: new Date(record.at - ms).toISOString(),
        }
        open.delete(id)
      }
    }
    for (const task of after.tasks.values()) {
      if (open.has(task.id) || task.node.kind !== 'class') continue
      open.set(task.id, out.length)
      out.push(created(task))
    }
    const ended = after.end
    if (ended === undefined || out[out.length - 1]?.kind === 'end') return
    out.push({
      state: cloneJson(state),
      result: { data: ended.output as Json },
      ts: new Date(record.at).toISOString(),
      kind: 'end',
      id: `end:${runId}`,
    })
  })
  return out
}
