import { GraphLookupError, GraphSetupError } from '../errors.ts'
import type { GraphEvent } from '../events/event.ts'
import type { MermaidOptions } from '../mermaid/code.ts'
import { mermaidCode } from '../mermaid/code.ts'
import { linkProgram, type NodeDefinition, type Program } from '../program.ts'
import type {
  DepsOption,
  GraphOutcome,
  ResumeControls,
  RunControls,
  StateOption,
  StoreControls,
} from '../run-options.ts'
import { Runner, type HistoryPage, type RunMoment } from '../runner.ts'
import type { InferSchemaOutput, Schema } from '../schema.ts'
import type { GraphStore, ListOptions, RunPage } from '../store/store.ts'
import type { Topology } from '../topology.ts'
import type { JsonSchemaCheck } from '../types.ts'
import { classDefinitions } from './definition.ts'
import type { AllDeps, AnyNodeClass, CheckEdges, CheckState, InstanceOf, OutputOf } from './graph-types.ts'
import { nodeIdOf } from './handle.ts'
import { GraphRun } from './graph-run.ts'

export const END_ID = '$end'

type Stored = { readonly store?: GraphStore }

export type RunOptions<TState, TDeps> = RunControls &
  StoreControls &
  Stored & { readonly runId?: string } & StateOption<TState> &
  DepsOption<TDeps>
export type ResumeOptions<TDeps> = ResumeControls & DepsOption<TDeps>

/** A graph of class nodes.
 *  @typeParam TNode union of the instances of its nodes */
export class Graph<TState, TDeps, TOutput, TNode> {
  readonly program: Program
  readonly #runner: Runner
  /** types only, for graphs that contain this one */
  declare readonly accepts: (state: TState, deps: TDeps, input: TNode) => void
  declare readonly gives: () => TOutput

  constructor(program: Program, store: GraphStore | undefined) {
    this.program = program
    this.#runner = new Runner(program, store)
  }

  get name(): string {
    return this.program.name
  }

  get topology(): Topology {
    return this.program.topology
  }

  /** Runs from `start` until the end, an interrupt or a pause.
   *  @throws what a node threw, after its retries; GraphError for what the runner found
   *  @example
   *  const outcome = await graph.run(new Ask(), { state: { n: 0 }, store, runId: 'r1' })
   *  if (outcome.status === 'done') console.log(outcome.output) */
  async run(
    start: TNode,
    ...[options]: OptionalArgument<RunOptions<TState, TDeps>>
  ): Promise<GraphOutcome<TState, TOutput>> {
    const { id, value } = this.#start(start)
    return typed(await this.#runner.run(this.#node(id), value, options ?? {}))
  }

  /** Starts a run that is driven by hand: iterate it, or call `next()`. */
  async iter(
    start: TNode,
    ...[options]: OptionalArgument<RunOptions<TState, TDeps>>
  ): Promise<GraphRun<TState, TDeps, TOutput, TNode>> {
    const { id, value } = this.#start(start)
    const session = await this.#runner.begin(this.#node(id), value, { ...options, isManual: true })
    return new GraphRun(session, (options as { deps?: TDeps } | undefined)?.deps as TDeps)
  }

  /** Stores a run without running anything; `resume` or `iterFromStore` take it up.
   *  @returns the run's id */
  async initialize(start: TNode, options: StateOption<TState> & Stored & { readonly runId?: string }): Promise<string> {
    const { id, value } = this.#start(start)
    const store = this.#runner.storeOf(options)
    const session = await this.#runner.begin(this.#node(id), value, { ...options, store, isManual: true })
    const run = new GraphRun(session, undefined)
    await run.pause()
    return session.kernel.runId
  }

  /** Goes on with a stored run: after an interrupt, a crash, a failure, a pause.
   *  @throws {RunNotFoundError | RunLockedError | VersionMismatchError | GraphLookupError} */
  async resume(
    runId: string,
    ...[options]: OptionalArgument<ResumeOptions<TDeps>>
  ): Promise<GraphOutcome<TState, TOutput>> {
    return typed(await this.#runner.resume(runId, options ?? {}))
  }

  /** Takes up a stored run to drive it by hand. */
  async iterFromStore(
    runId: string,
    ...[options]: OptionalArgument<ResumeOptions<TDeps>>
  ): Promise<GraphRun<TState, TDeps, TOutput, TNode>> {
    const session = await this.#runner.reopen(runId, { ...options, isManual: true })
    if (!('kernel' in session))
      throw new GraphLookupError(`Run "${runId}" is ${session.status}: there is nothing left to drive.`)
    return new GraphRun(session, (options as { deps?: TDeps } | undefined)?.deps as TDeps)
  }

  /** Copies a run as it was after a record into a new run. @returns the new run's id */
  fork(
    runId: string,
    options: Stored & {
      readonly seq?: number
      readonly runId?: string
      readonly update?: (state: TState) => TState | void
    } = {},
  ): Promise<string> {
    return this.#runner.fork(runId, options)
  }

  history(
    runId: string,
    options: Stored & { readonly limit?: number; readonly cursor?: number } = {},
  ): Promise<HistoryPage> {
    return this.#runner.history(runId, options)
  }

  /** The run as it was after record `seq`; now by default. */
  async at(runId: string, options: Stored & { readonly seq?: number } = {}): Promise<RunMoment<TState>> {
    // the store holds what this graph's schema let in
    return (await this.#runner.moment(runId, options)) as RunMoment<TState>
  }

  /** The stored events of a run after record `afterSeq`. */
  events(runId: string, options: Stored & { readonly afterSeq?: number } = {}): AsyncGenerator<GraphEvent> {
    return this.#runner.events(runId, options)
  }

  list(options: Stored & ListOptions = {}): Promise<RunPage> {
    return this.#runner.list(options)
  }

  delete(runId: string, options: Stored = {}): Promise<boolean> {
    return this.#runner.delete(runId, options)
  }

  /** The graph as a mermaid diagram. @throws {GraphLookupError} an option names an unknown node */
  mermaid(options: MermaidOptions = {}): string {
    return mermaidCode(this.topology, options)
  }

  #start(start: TNode): { id: string; value: unknown } {
    const named = nodeIdOf(start)
    if (named === undefined) throw new GraphSetupError('A run starts with an instance of a node class.')
    return named
  }

  #node(id: string) {
    const node = this.program.nodes.get(id)
    if (node === undefined) throw new GraphSetupError(`Node "${id}" is not in graph "${this.name}".`)
    return node
  }
}

/** Options may be left out when none is required. */
export type OptionalArgument<TOptions> = {} extends TOptions ? [options?: TOptions] : [options: TOptions]

// the runner handles values whatever their type; the front end gives them back the types they came with
export const typed = <TState, TOutput>(outcome: GraphOutcome<unknown, unknown>) =>
  outcome as GraphOutcome<TState, TOutput>

type CheckAll<TClasses extends readonly AnyNodeClass[], TState> = {
  [K in keyof TClasses]: CheckState<TClasses[K], TState> extends TClasses[K]
    ? CheckEdges<TClasses[K], TClasses[number]['nodeId']>
    : CheckState<TClasses[K], TState>
}

type StateOf<TSchema> = TSchema extends Schema ? InferSchemaOutput<TSchema> : undefined

/** Makes a graph of class nodes. The compiler compares what every `run` returns with what `next` declares and with the list of nodes.
 *  @throws {GraphSetupError} for the same, and for two nodes with one id, at run time
 *  @example const qa = graph({ name: 'qa', state: z.object({ n: z.number() }), nodes: [Ask, Answer, Evaluate] }) */
export const graph = <
  const TClasses extends readonly AnyNodeClass[],
  TSchema extends Schema | undefined = undefined,
>(options: {
  readonly name: string
  /** raise it when stored runs no longer fit; default 1 */
  readonly version?: number
  readonly state?: TSchema & JsonSchemaCheck<TSchema, StateOf<TSchema>>
  readonly nodes: TClasses & CheckAll<TClasses, StateOf<TSchema>>
  /** used when a call names no store */
  readonly store?: GraphStore
}): Graph<StateOf<TSchema>, AllDeps<TClasses[number]>, OutputOf<TClasses[number]>, InstanceOf<TClasses[number]>> => {
  const classes: readonly unknown[] = options.nodes
  if (classes.length === 0) throw new GraphSetupError(`Graph "${options.name}" has no nodes.`)
  const nodes: NodeDefinition[] = [...classDefinitions(classes, END_ID), { id: END_ID, kind: 'end', edges: [] }]
  const known = new Set(nodes.map(({ id }) => id))
  for (const { id, edges } of nodes)
    for (const { to } of edges)
      if (!known.has(to))
        throw new GraphSetupError(`Node "${id}" goes to step "${to}", which only a builder graph can have.`)
  const state = options.state as Schema | undefined
  const program = linkProgram({
    name: options.name,
    version: options.version ?? 1,
    nodes,
    ...(state === undefined ? {} : { state }),
  })
  return new Graph(program, options.store)
}
