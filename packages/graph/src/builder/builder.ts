import { GraphBuildError } from '../errors.ts'
import type { AnyNodeClass, CheckEdges, CheckState, OutputOf } from '../nodes/graph-types.ts'
import { classDefinitions } from '../nodes/definition.ts'
import { END_ID } from '../nodes/graph.ts'
import { linkProgram } from '../program.ts'
import type { InferSchemaInput, InferSchemaOutput, Schema } from '../schema.ts'
import type { StateReducer, StateReducers } from '../state/merge.ts'
import type { GraphStore } from '../store/store.ts'
import type { GraphTypeError, JsonSchemaCheck } from '../types.ts'
import { BuiltGraph, type Given } from './built-graph.ts'
import { FlowNode, StepNode } from './flow.ts'
import type {
  AnyDepth,
  DeclaredStepOptions,
  Dest,
  Env,
  Flow,
  Initial,
  Joined,
  JoinOptions,
  Step,
  StepFunction,
} from './flow-types.ts'
import { joinPolicies } from './join-policies.ts'
import { PartList } from './parts.ts'
import { addStep, checkId } from './step-part.ts'
import { validateNodes } from './validate.ts'

const START_ID = '$start'

type OutputOfSchema<TSchema> = TSchema extends Schema ? InferSchemaOutput<TSchema> : undefined
type InputOfSchema<TSchema> = TSchema extends Schema ? InferSchemaInput<TSchema> : undefined

/** How parallel writes of each key of the state are combined. */
export type ReducersOf<TState> = TState extends object
  ? { readonly [K in keyof TState]?: StateReducer<TState[K]> }
  : never

export interface BuilderOptions<TState, TDeps, TInput, TOutput> {
  readonly name: string
  /** raise it when stored runs no longer fit; default 1 */
  readonly version?: number
  /** JSON state that all steps share */
  readonly state?: TState & JsonSchemaCheck<TState, OutputOfSchema<TState>>
  /** what steps need from outside, as `type<Deps>()`; never stored */
  readonly deps?: TDeps
  /** checked when a run starts */
  readonly input?: TInput
  /** checked when the end is reached */
  readonly output?: TOutput
  readonly reducers?: ReducersOf<OutputOfSchema<TState>>
  /** what two parallel writes of one place mean when its key has no reducer: an error (default), or the later branch wins */
  readonly onConflict?: 'error' | 'last'
  readonly store?: GraphStore
}

/** Builds a graph from steps and flows. Made by `graphBuilder`.
 *  @typeParam TInput what the first steps get; TGiven what `run` takes
 *  @typeParam TOutput what the end takes; TResult what a run gives, where the schema of the output changes it */
export class GraphBuilder<
  TEnv extends Env,
  TInput,
  TOutput,
  TGiven extends Given = { readonly state: TEnv['state']; readonly input: TInput },
  TResult = TOutput,
> {
  /** the input of a run */
  readonly start: Flow<TEnv, TInput>
  /** the end: the first value to arrive is the output, and the rest is cancelled */
  readonly end: Dest<TOutput>
  readonly #list = new PartList()
  readonly #options: BuilderOptions<never, never, never, never>
  #classes: readonly unknown[] = []

  constructor(options: BuilderOptions<never, never, never, never>) {
    this.#options = options
    const start = this.#list.add({ id: START_ID, kind: 'start', options: {} })
    // a schema of any type: what it says about types is in this class's own parameters
    const output = options.output as Schema | undefined
    const takes = output === undefined ? {} : { input: output }
    const end = this.#list.add({ id: END_ID, kind: 'end', options: takes, ports: [] })
    this.start = this.#flow(new FlowNode(this.#list, [{ part: start, port: 0, label: undefined }], []))
    // `accept` is a type, never called
    this.end = { id: end.id } as Dest<TOutput>
  }

  // the untyped flow has every method the interface names
  #flow<TFlow>(flow: FlowNode): TFlow {
    return flow as unknown as TFlow
  }

  /** Declares a step on its own, for edges from several places and for cycles. Edges bring what its schema takes in; the step gets
   *  what the schema makes of it. */
  step<const TId extends string, TSchema extends Schema, TResult>(
    id: TId,
    options: DeclaredStepOptions<TEnv, TSchema, TResult>,
    run: StepFunction<TEnv, InferSchemaOutput<TSchema>, TResult>,
  ): Step<TEnv, TId, InferSchemaInput<TSchema>, TResult, AnyDepth> {
    const part = addStep(this.#list, id, run as never, options as never)
    return this.#flow(new StepNode(this.#list, [{ part, port: 0, label: undefined }], undefined, id))
  }

  /** Declares a join on its own, for branches that are connected by hand. It closes the innermost fork its items come from. */
  join<const TId extends string, TItem, TAccumulated>(
    id: TId,
    options: Omit<JoinOptions<TAccumulated>, 'id'> &
      Initial<TAccumulated> & { readonly item: Schema<never, TItem> | Schema<unknown, TItem> },
    reduce: (accumulated: TAccumulated, item: TItem) => NoInfer<TAccumulated> | Promise<NoInfer<TAccumulated>>,
  ): Joined<TEnv, TItem, TAccumulated, AnyDepth> & { readonly id: TId } {
    const join = joinPolicies.reduce(reduce as never, options)
    const part = this.#list.add({
      id: checkId(id),
      kind: 'join',
      options: { join },
      closes: options.closes ?? 'nearest',
    })
    return this.#flow(new StepNode(this.#list, [{ part, port: 0, label: undefined }], undefined, id))
  }

  /** Adds class nodes. Flows enter them with `toNodes`; their End goes to the end of this graph. */
  nodes<const TClasses extends readonly AnyNodeClass[]>(
    ...classes: TClasses & CheckBuilderNodes<TClasses, TEnv, TOutput>
  ): void {
    this.#classes = [...this.#classes, ...classes]
  }

  /** Checks the structure and makes the graph.
   *  @throws {GraphValidationError} unreachable nodes, dead ends, no way to the end, forks and joins that do not match */
  build(): BuiltGraph<TEnv['state'], TEnv['deps'], TInput, TResult, TGiven> {
    const { name, version = 1, store, reducers, onConflict } = this.#options
    const closes = new Map<string, 'nearest' | 'all'>()
    for (const part of this.#list.parts.values()) if (part.closes !== undefined) closes.set(part.id, part.closes)
    const all = [...this.#list.definitions(), ...classDefinitions(this.#classes, END_ID)]
    checkTargets(all)
    const nodes = validateNodes(all, { start: START_ID, end: END_ID, closes })
    // schemas of any type: what they say about types is in this class's own parameters
    const state = this.#options.state as Schema | undefined
    const input = this.#options.input as Schema | undefined
    const program = linkProgram({
      name,
      version,
      nodes,
      start: START_ID,
      ...(state === undefined ? {} : { state }),
      ...(input === undefined ? {} : { input }),
      ...(reducers === undefined ? {} : { reducers: reducers as StateReducers }),
      ...(onConflict === undefined ? {} : { onConflict }),
    })
    return new BuiltGraph(program, store)
  }
}

const checkTargets = (
  nodes: readonly { readonly id: string; readonly edges: readonly { readonly to: string }[] }[],
): void => {
  const ids = new Set<string>()
  for (const { id } of nodes) {
    if (ids.has(id)) throw new GraphBuildError(`Two nodes of the graph have the id "${id}". Rename one.`)
    ids.add(id)
  }
  for (const { id, edges } of nodes)
    for (const { to } of edges)
      if (!ids.has(to))
        throw new GraphBuildError(
          `Node "${id}" goes to "${to}", which is not in the graph. Class nodes are added with g.nodes(…).`,
        )
}

type CheckBuilderNodes<TClasses extends readonly AnyNodeClass[], TEnv extends Env, TOutput> = {
  [K in keyof TClasses]: CheckState<TClasses[K], TEnv['state']> extends TClasses[K]
    ? [OutputOf<TClasses[K]>] extends [TOutput]
      ? CheckEdges<TClasses[K], TClasses[number]['nodeId']>
      : GraphTypeError<`${TClasses[K]['nodeId']} ends with another output than the graph has`>
    : CheckState<TClasses[K], TEnv['state']>
}

/** Starts a graph of steps and flows.
 *  @example
 *  const g = graphBuilder({ name: 'lengths', input: z.array(z.string()), output: z.number() })
 *  g.start.map({ concurrency: 4 }).step('length', ({ input }) => input.length).sum().to(g.end)
 *  const { output } = await expectDone(g.build().run({ input: ['a', 'bc'] })) */
export const graphBuilder = <
  TState extends Schema | undefined = undefined,
  TDeps extends Schema | undefined = undefined,
  TInput extends Schema | undefined = undefined,
  TOutput extends Schema | undefined = undefined,
>(
  options: BuilderOptions<TState, TDeps, TInput, TOutput>,
): GraphBuilder<
  { readonly state: OutputOfSchema<TState>; readonly deps: OutputOfSchema<TDeps> },
  OutputOfSchema<TInput>,
  InputOfSchema<TOutput>,
  { readonly state: InputOfSchema<TState>; readonly input: InputOfSchema<TInput> },
  OutputOfSchema<TOutput>
> =>
  // the options' types live on in the builder's parameters
  new GraphBuilder(options as BuilderOptions<never, never, never, never>)
