import { GraphSetupError } from '../errors.ts'
import { linkProgram, type NodeDefinition } from '../program.ts'
import type { GraphOutcome, StateOption } from '../run-options.ts'
import {
  depsOf,
  RunnableGraph,
  typed,
  type OptionalArgument,
  type RunOptions,
  type StoreOption,
} from '../runnable-graph.ts'
import type { InferSchemaInput, InferSchemaOutput, Schema } from '../schema.ts'
import type { Session } from '../session.ts'
import type { GraphStore } from '../store/store.ts'
import type { JsonSchemaCheck } from '../types.ts'
import { classDefinitions } from './definition.ts'
import { GraphRun } from './graph-run.ts'
import type { AllDeps, AnyNodeClass, CheckEdges, CheckState, InstanceOf, OutputOf } from './graph-types.ts'
import { nodeIdOf } from './handle.ts'

export const END_ID = '$end'

/** A graph of class nodes.
 *  @typeParam TState what nodes get; TGivenState what `run` takes for it, where the schema changes it (a default, a transform)
 *  @typeParam TNode union of the instances of its nodes */
export class Graph<TState, TDeps, TOutput, TNode, TGivenState = TState> extends RunnableGraph<
  TState,
  TDeps,
  TOutput,
  GraphRun<TState, TDeps, TOutput, TNode>
> {
  /** types only, for graphs that contain this one */
  declare readonly accepts: (state: TState, deps: TDeps, input: TNode) => void

  /** Runs from `start` until the end, an interrupt or a pause.
   *  @throws what a node threw, after its retries; GraphError for what the runner found
   *  @example
   *  const outcome = await graph.run(new Ask(), { state: { n: 0 }, store, runId: 'r1' })
   *  if (outcome.status === 'done') console.log(outcome.output) */
  async run(
    start: TNode,
    ...[options]: OptionalArgument<RunOptions<TGivenState, TDeps>>
  ): Promise<GraphOutcome<TState, TOutput>> {
    const { node, value } = this.#start(start)
    return typed(await this.runner.run(node, value, options ?? {}))
  }

  /** Starts a run that is driven by hand: iterate it, or call `next()`. */
  async iter(
    start: TNode,
    ...[options]: OptionalArgument<RunOptions<TGivenState, TDeps>>
  ): Promise<GraphRun<TState, TDeps, TOutput, TNode>> {
    const { node, value } = this.#start(start)
    return this.drive(await this.runner.begin(node, value, { ...options, isManual: true }), depsOf(options))
  }

  /** Stores a run without running anything; `resume` or `iterFromStore` take it up.
   *  @returns the run's id */
  async initialize(
    start: TNode,
    options: StateOption<TGivenState> & StoreOption & { readonly runId?: string },
  ): Promise<string> {
    const { node, value } = this.#start(start)
    const store = this.runner.storeOf(options)
    const session = await this.runner.begin(node, value, { ...options, store, isManual: true })
    const run = new GraphRun(session, undefined)
    await run.pause()
    return session.kernel.runId
  }

  protected drive(session: Session, deps: TDeps): GraphRun<TState, TDeps, TOutput, TNode> {
    return new GraphRun(session, deps)
  }

  #start(start: TNode) {
    const named = nodeIdOf(start)
    if (named === undefined) throw new GraphSetupError('A run starts with an instance of a node class.')
    const node = this.program.nodes.get(named.id)
    if (node === undefined) throw new GraphSetupError(`Node "${named.id}" is not in graph "${this.name}".`)
    return { node, value: named.value }
  }
}

type CheckAll<TClasses extends readonly AnyNodeClass[], TState> = {
  [K in keyof TClasses]: CheckState<TClasses[K], TState> extends TClasses[K]
    ? CheckEdges<TClasses[K], TClasses[number]['nodeId']>
    : CheckState<TClasses[K], TState>
}

type StateOf<TSchema> = TSchema extends Schema ? InferSchemaOutput<TSchema> : undefined
type GivenStateOf<TSchema> = TSchema extends Schema ? InferSchemaInput<TSchema> : undefined

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
}): Graph<
  StateOf<TSchema>,
  AllDeps<TClasses[number]>,
  OutputOf<TClasses[number]>,
  InstanceOf<TClasses[number]>,
  GivenStateOf<TSchema>
> => {
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
