import { createRun } from './create-run.ts'
import { GraphRuntimeError } from './errors.ts'
import { loadRun } from './kernel/load.ts'
import { contextOutside, hostOutside } from './kernel/outside.ts'
import { Router } from './kernel/route.ts'
import { RunState } from './kernel/run-state.ts'
import type { Program } from './program.ts'
import { readHead } from './read-run.ts'
import { validate } from './schema.ts'
import type { GraphStore } from './store/store.ts'
import { randomId } from './util/ids.ts'
import { cloneJson, toJson, toKept, type Json } from './util/json.ts'

export interface ForkControls {
  /** default: the run as it is now */
  readonly seq?: number
  /** of the new run; default a random id */
  readonly runId?: string
  /** changes the copy's state: edits the draft it gets, or returns another */
  readonly update?: (state: never) => unknown
}

/** Copies a run as it was after record `seq` into a new run, which goes its own way from there. Returns the new run's id. */
export const forkRun = async (
  program: Program,
  store: GraphStore,
  { runId, options }: { readonly runId: string; readonly options: ForkControls },
): Promise<string> => {
  const run = await readHead(program, store, runId)
  const seq = options.seq ?? run.seq
  const { state } = await loadRun(program, store, run, { seq })
  if (options.update !== undefined) {
    const draft = cloneJson(state.root.branch!.root)
    // the front ends type the callback with the graph's state
    const updated = options.update(draft as never)
    state.root.branch!.root = toKept(updated === undefined ? draft : updated, 'updated state')
  }
  state.status = state.end === undefined ? 'paused' : 'done'
  const id = options.runId ?? randomId()
  const journal = await createRun(store, { runId: id, state, options: {}, reason: 'fork', forkOf: { runId, seq } })
  await journal.close()
  return id
}

/** A run that was put together elsewhere: at a node, or at its end. */
export interface ImportedRun {
  readonly runId: string
  readonly state: Json
  readonly at: { readonly node: string; readonly fields: Json } | { readonly output: Json }
}

/** Stores such a run, ready to be resumed, once the schemas of the graph have checked it.
 *  @throws {GraphInputError} state or fields do not fit; {GraphRuntimeError} no such node; {RunExistsError} */
export const importRun = async (
  program: Program,
  store: GraphStore,
  { runId, state: given, at }: ImportedRun,
): Promise<void> => {
  const node = 'node' in at ? program.nodes.get(at.node) : undefined
  if ('node' in at && node === undefined)
    throw new GraphRuntimeError(`Node "${at.node}" is not in graph "${program.name}".`)
  const schema = program.definition.state
  const checked = schema === undefined ? given : validate(schema, given, 'imported state')
  const state = new RunState(program, toJson(checked, 'imported state'))
  const router = new Router(program, contextOutside(hostOutside(runId, state, undefined), state.root), 1)
  if ('output' in at) router.ops.push({ t: 'end', value: toJson(at.output, 'imported output'), place: state.root })
  else router.arrive(node!, node!.read === undefined ? at.fields : node!.read(at.fields), state.root)
  state.apply({ kind: 'override', ops: router.ops })
  state.fresh = []
  if (state.end === undefined) state.status = 'paused'
  const journal = await createRun(store, { runId, state, options: {}, reason: 'import' })
  await journal.close()
}
