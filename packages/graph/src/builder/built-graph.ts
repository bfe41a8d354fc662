import type { GraphOutcome } from '../run-options.ts'
import { RunnableGraph, typed, type OptionalArgument, type RunOptions } from '../runnable-graph.ts'
import { validate } from '../schema.ts'
import type { Session } from '../session.ts'
import { FlowRun } from './flow-run.ts'

type InputOption<TInput> = undefined extends TInput ? { readonly input?: TInput } : { readonly input: TInput }
type BuiltOptions<TGiven extends Given, TDeps> = RunOptions<TGiven['state'], TDeps> & InputOption<TGiven['input']>

/** What a run is given: what the schemas take in. The steps get what these make of it. */
export interface Given {
  readonly state: unknown
  readonly input: unknown
}

/** A graph made by a builder, ready to run.
 *  @typeParam TState and TInput: what steps get; TGiven: what `run` takes for them; TOutput: what a run gives */
export class BuiltGraph<
  TState,
  TDeps,
  TInput,
  TOutput,
  TGiven extends Given = { readonly state: TState; readonly input: TInput },
> extends RunnableGraph<TState, TDeps, TOutput, FlowRun<TState, TOutput>> {
  /** types only, for graphs that contain this one */
  declare readonly accepts: (state: TState, deps: TDeps, input: TInput) => void

  /** Runs until the end, an interrupt or a pause.
   *  @throws what a step threw, after its retries and handlers; GraphError for what the runner found */
  async run(...[options]: OptionalArgument<BuiltOptions<TGiven, TDeps>>): Promise<GraphOutcome<TState, TOutput>> {
    return typed(await this.runner.run(this.program.start!, this.#input(options), options ?? {}))
  }

  /** Starts a run that is driven by hand. */
  async iter(...[options]: OptionalArgument<BuiltOptions<TGiven, TDeps>>): Promise<FlowRun<TState, TOutput>> {
    const controls = { ...options, isManual: true }
    return this.drive(await this.runner.begin(this.program.start!, this.#input(options), controls))
  }

  protected drive(session: Session): FlowRun<TState, TOutput> {
    return new FlowRun(session)
  }

  #input(options: { readonly input?: unknown } | undefined): unknown {
    const schema = this.program.definition.input
    return schema === undefined ? options?.input : validate(schema, options?.input, `input of graph "${this.name}"`)
  }
}
