import { GraphLookupError, GraphRuntimeError } from './errors.ts'
import { forkRun, type ForkControls } from './copy-run.ts'
import type { GraphEvent } from './events/event.ts'
import { mermaidCode, type MermaidOptions } from './mermaid/code.ts'
import type { Program } from './program.ts'
import { readEvents, readHistory, readMoment, type HistoryPage, type RunMoment } from './read-run.ts'
import type {
  DepsOption,
  GraphOutcome,
  ResumeControls,
  RunControls,
  StateOption,
  StoreControls,
} from './run-options.ts'
import { Runner } from './runner.ts'
import type { Session } from './session.ts'
import type { GraphStore, ListOptions, RunPage } from './store/store.ts'
import type { Topology } from './topology.ts'

/** Where the run is, unless the graph has a store of its own. */
export interface StoreOption {
  readonly store?: GraphStore
}

export type RunOptions<TState, TDeps> = RunControls &
  StoreControls &
  StoreOption & { readonly runId?: string } & StateOption<TState> &
  DepsOption<TDeps>
export type ResumeOptions<TDeps> = ResumeControls & DepsOption<TDeps>

/** Options may be left out when none is required. */
export type OptionalArgument<TOptions> = {} extends TOptions ? [options?: TOptions] : [options: TOptions]

// the runner handles values whatever their type; the front ends give them back the types they came with
export const typed = <TState, TOutput>(outcome: GraphOutcome<unknown, unknown>) =>
  outcome as GraphOutcome<TState, TOutput>

/** What can be done with any graph: going on with stored runs, looking at them, drawing.
 *  @typeParam TRun what drives a run by hand */
export abstract class RunnableGraph<TState, TDeps, TOutput, TRun> {
  readonly program: Program
  /** types only, for graphs that contain this one */
  declare readonly gives: () => TOutput
  protected readonly runner: Runner

  constructor(program: Program, store: GraphStore | undefined) {
    this.program = program
    this.runner = new Runner(program, store)
  }

  protected abstract drive(session: Session, deps: TDeps): TRun

  get name(): string {
    return this.program.name
  }

  get topology(): Topology {
    return this.program.topology
  }

  /** Goes on with a stored run: after an interrupt, a crash, a failure, a pause.
   *  @throws {RunNotFoundError | RunLockedError | VersionMismatchError | GraphLookupError} */
  async resume(
    runId: string,
    ...[options]: OptionalArgument<ResumeOptions<TDeps>>
  ): Promise<GraphOutcome<TState, TOutput>> {
    return typed(await this.runner.resume(runId, options ?? {}))
  }

  /** Takes up a stored run to drive it by hand.
   *  @throws {GraphLookupError} the run is done; otherwise as `resume` */
  async iterFromStore(runId: string, ...[options]: OptionalArgument<ResumeOptions<TDeps>>): Promise<TRun> {
    const session = await this.runner.reopen(runId, { ...options, isManual: true })
    if (!('kernel' in session))
      throw new GraphLookupError(`Run "${runId}" is ${session.status}: there is nothing left to drive.`)
    return this.drive(session, depsOf(options))
  }

  /** Copies a run as it was after a record into a new run. @returns the new run's id */
  async fork(
    runId: string,
    options: StoreOption & Omit<ForkControls, 'update'> & { readonly update?: (state: TState) => TState | void } = {},
  ): Promise<string> {
    return forkRun(this.program, this.runner.storeOf(options), { runId, options })
  }

  /** What happened in a run, oldest first, at most `limit` (100) records at a time. */
  async history(
    runId: string,
    options: StoreOption & { readonly limit?: number; readonly cursor?: number } = {},
  ): Promise<HistoryPage> {
    const { limit, cursor } = options
    return readHistory(this.program, this.runner.storeOf(options), { runId, limit, cursor })
  }

  /** The run as it was after record `seq`; now by default. */
  async at(runId: string, options: StoreOption & { readonly seq?: number } = {}): Promise<RunMoment<TState>> {
    const moment = await readMoment(this.program, this.runner.storeOf(options), { runId, seq: options.seq })
    // the store holds what this graph's schema let in
    return moment as RunMoment<TState>
  }

  /** The stored events of a run after record `afterSeq`. */
  events(runId: string, options: StoreOption & { readonly afterSeq?: number } = {}): AsyncGenerator<GraphEvent> {
    return readEvents(this.program, this.runner.storeOf(options), { runId, afterSeq: options.afterSeq })
  }

  /** The runs of this graph, oldest first. */
  async list(options: StoreOption & ListOptions = {}): Promise<RunPage> {
    return this.runner.storeOf(options).list({ ...options, graph: this.name })
  }

  /** Removes a run and its history. @returns false when there is none
   *  @throws {GraphRuntimeError} the run is another graph's */
  async delete(runId: string, options: StoreOption = {}): Promise<boolean> {
    const store = this.runner.storeOf(options)
    const run = await store.get(runId)
    if (run !== undefined && run.graph !== this.name)
      throw new GraphRuntimeError(`Run "${runId}" belongs to graph "${run.graph}", not to "${this.name}".`)
    return store.delete(runId)
  }

  /** The graph as a mermaid diagram. @throws {GraphLookupError} an option names an unknown node */
  mermaid(options: MermaidOptions = {}): string {
    return mermaidCode(this.topology, options)
  }
}

/** The deps of a call: left out exactly when their type allows it. */
export const depsOf = <TDeps>(options: unknown): TDeps =>
  (options as { readonly deps?: TDeps } | undefined)?.deps as TDeps
