import { GraphLookupError } from '../errors.ts'
import type { GraphEvent } from '../events/event.ts'
import { mermaidCode, type MermaidOptions } from '../mermaid/code.ts'
import { typed, type OptionalArgument, type ResumeOptions, type RunOptions } from '../nodes/graph.ts'
import type { Program } from '../program.ts'
import type { GraphOutcome } from '../run-options.ts'
import { Runner, type HistoryPage, type RunMoment } from '../runner.ts'
import { validate } from '../schema.ts'
import type { GraphStore, ListOptions, RunPage } from '../store/store.ts'
import type { Topology } from '../topology.ts'
import { FlowRun } from './flow-run.ts'

type Stored = { readonly store?: GraphStore }
type InputOption<TInput> = undefined extends TInput ? { readonly input?: TInput } : { readonly input: TInput }
type BuiltOptions<TState, TDeps, TInput> = RunOptions<TState, TDeps> & InputOption<TInput>

/** A graph made by a builder, ready to run. */
export class BuiltGraph<TState, TDeps, TInput, TOutput> {
  readonly program: Program
  readonly #runner: Runner
  /** types only, for graphs that contain this one */
  declare readonly accepts: (state: TState, deps: TDeps, input: TInput) => void
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

  /** Runs until the end, an interrupt or a pause.
   *  @throws what a step threw, after its retries and handlers; GraphError for what the runner found */
  async run(
    ...[options]: OptionalArgument<BuiltOptions<TState, TDeps, TInput>>
  ): Promise<GraphOutcome<TState, TOutput>> {
    return typed(await this.#runner.run(this.program.start!, this.#input(options), options ?? {}))
  }

  /** Starts a run that is driven by hand. */
  async iter(...[options]: OptionalArgument<BuiltOptions<TState, TDeps, TInput>>): Promise<FlowRun<TState, TOutput>> {
    return new FlowRun(
      await this.#runner.begin(this.program.start!, this.#input(options), { ...options, isManual: true }),
    )
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
  ): Promise<FlowRun<TState, TOutput>> {
    const session = await this.#runner.reopen(runId, { ...options, isManual: true })
    if (!('kernel' in session))
      throw new GraphLookupError(`Run "${runId}" is ${session.status}: there is nothing left to drive.`)
    return new FlowRun(session)
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

  #input(options: { readonly input?: unknown } | undefined): unknown {
    const schema = this.program.definition.input
    return schema === undefined ? options?.input : validate(schema, options?.input, `input of graph "${this.name}"`)
  }
}
