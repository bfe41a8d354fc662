import type { UserPrompt } from '../messages/content.ts'
import type { Model } from '../models/model.ts'
import type { DepsOfOutput, OutputEntries, OutputOf, TextSpec } from '../output/output-spec.ts'
import type { AnyTool } from '../tools/tool.ts'
import { drain } from '../util/bridge.ts'
import type { AgentConfig, AgentSurroundings } from './agent-config.ts'
import { SteppedRun } from './agent-run.ts'
import { RunStream } from './agent-stream.ts'
import type { Agent, AgentOptions, AgentOverride, DepsOfTools, DepsType } from './agent-types.ts'
import { offerToCapture } from './capture-run-messages.ts'
import { configure, forRun, newRun, overridden, type AnyAgentOptions, type AnyRunOptions } from './configure.ts'
import { executeRun, inTime } from './execute-run.ts'
import { currentOverride, withOverride } from './override.ts'
import type { Run } from './run.ts'

/** Names deps that no tool declares.
 *  @example agent({ deps: depsType<{ tenant: string }>(), instructions: ctx => `Tenant: ${ctx.deps.tenant}`, … }) */
export function depsType<TDeps>(): DepsType<TDeps> {
  return {}
}

/** Makes `agent()` for an entry point. `TModelId` is what model strings it takes. */
export function createAgentFactory<TModelId extends string>(surroundings: AgentSurroundings) {
  /** Makes an agent: a model, tools, instructions and an output type. Deps are what its parts need, together;
   *  a run that lacks one of them does not compile.
   *
   *  @example
   *  const weather = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0', tools: [forecast], output: Report })
   *  const { output } = await weather.run('Rain in Oslo tomorrow?', { deps: { api } })
   *
   *  @throws {UserError} two tools of one name, an output nobody could produce, a budget below zero */
  return function agent<
    const TTools extends readonly AnyTool[] = readonly [],
    const O extends OutputEntries = TextSpec,
    TDeps = unknown,
  >(
    options: AgentOptions<Model | TModelId, TTools, O, TDeps>,
  ): Agent<TDeps & DepsOfTools<TTools> & DepsOfOutput<O>, OutputOf<O>, TModelId> {
    // the signature checked what the erased options can no longer say
    return new ConfiguredAgent(
      configure(options as unknown as AnyAgentOptions, surroundings),
      options.description,
    ) as never
  }
}

/** Types are in `Agent`; here deps and output are whatever the options said. */
class ConfiguredAgent {
  readonly description: string | undefined
  readonly #config: AgentConfig
  /** This agent and those it is a copy of. */
  readonly #line: readonly object[]

  constructor(config: AgentConfig, description: string | undefined, copied: readonly object[] = []) {
    this.#config = config
    this.description = description
    this.#line = [this, ...copied]
  }

  get name(): string | undefined {
    return this.#config.name
  }

  async run(prompt?: UserPrompt | null, options: AnyRunOptions = {}): Promise<unknown> {
    const run = this.#start(prompt, options, false)
    return inTime(run, drain(executeRun(run)))
  }

  stream(prompt?: UserPrompt | null, options: AnyRunOptions = {}): RunStream<unknown> {
    return new RunStream(this.#start(prompt, options, true))
  }

  iter(prompt?: UserPrompt | null, options: AnyRunOptions = {}): SteppedRun<unknown> {
    return new SteppedRun(this.#start(prompt, options, true))
  }

  override<R>(replaced: AgentOverride<unknown, string>, fn: () => R): R {
    return withOverride(this, replaced, fn)
  }

  with(replaced: AgentOverride<unknown, string>): ConfiguredAgent {
    return new ConfiguredAgent(overridden(this.#config, replaced), this.description, this.#line)
  }

  #start(prompt: UserPrompt | null | undefined, options: AnyRunOptions, streaming: boolean): Run {
    const replaced = currentOverride(this.#line)
    const configured = forRun(this.#config, options)
    const config = replaced === undefined ? configured : overridden(configured, replaced)
    const given = replaced?.deps === undefined ? options : { ...options, deps: replaced.deps }
    const run = newRun(config, prompt, given, streaming)
    offerToCapture(run.messages)
    return run
  }
}
