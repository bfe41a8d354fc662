import type { AgentNode, Capability, Instructions } from '../capabilities/capability.ts'
import type { Effects } from '../durable/effects.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { AgentEvent } from '../messages/event.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { Model } from '../models/model.ts'
import type { DepsOfOutput, OutputEntries, OutputOf } from '../output/output-spec.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { AnyTool, DepsOfTool } from '../tools/tool.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import type { PriceTable } from '../usage/cost.ts'
import type { UsageLimits } from '../usage/limits.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import type { EndStrategy, MetadataSource, ModelSettingsSource, Retries, SystemPrompt } from './agent-config.ts'
import type { AgentRunResult } from './run-result.ts'
import type { AgentStream } from './agent-stream.ts'
import type { RunOptions, RunOptionsWithoutDeps } from './run-options.ts'

/** A witness of a type, for deps that no tool declares: `agent({ deps: depsType<{ userId: string }>() })`. */
export interface DepsType<in out TDeps> {
  readonly '~deps'?: (deps: TDeps) => TDeps
}

/** The deps that a list of tools needs, together. `unknown`: none. */
export type DepsOfTools<T extends readonly AnyTool[]> = T extends readonly []
  ? unknown
  : { [K in keyof T]: (deps: DepsOfTool<T[K]>) => void }[number] extends (deps: infer D) => void
    ? D
    : unknown

/** What a run may be given: at least what its agent needs, and nothing at all when that is nothing.
 *  The first condition asks for keys in a form that the compiler knows to be false for a type parameter, so that code
 *  which is generic in the deps may pass its own on; the second one tells `unknown` from `object`, which has no keys either. */
export type NeededDeps<TDeps> = Keyless extends { readonly [K in typeof noDeps as K | keyof TDeps]: string }
  ? ((deps: TDeps) => void) extends (deps: unknown) => void
    ? NoDepsNeeded
    : TDeps
  : TDeps

declare const noDeps: unique symbol

interface Keyless {
  readonly [noDeps]: string
}

/** Nobody can make one: the agent takes no deps. */
interface NoDepsNeeded {
  readonly [noDeps]: 'this agent needs no deps: leave them out'
}

/** The output of a run whose options replaced the agent's, or not. */
export type RunOutput<TOutput, O extends OutputEntries> = [O] extends [never] ? TOutput : OutputOf<O>

/** Checks an output; may return another value in its place. Throws `ModelRetry` to send it back to the model. */
export type OutputCheck<in TDeps, TOutput> = (
  output: TOutput,
  ctx: RunContext<TDeps>,
) => TOutput | void | Promise<TOutput | void>

/** What `agent()` takes. `TNeeds` is everything the agent's parts need of deps. */
export interface AgentOptions<
  TModel,
  TTools extends readonly AnyTool[],
  O extends OutputEntries,
  TDeps,
  TNeeds = TDeps & DepsOfTools<TTools> & DepsOfOutput<O>,
> {
  /** For telemetry and error messages. */
  readonly name?: string
  readonly description?: string
  /** A model, or `'provider:name'`. May be left to the run. */
  readonly model?: TModel
  /** Told to the model with every request and never stored as a message. */
  readonly instructions?: Instructions<NoInfer<TNeeds>>
  /** Written once, into the first request of a conversation. Prefer `instructions`. */
  readonly systemPrompt?: string | SystemPrompt<NoInfer<TNeeds>> | readonly (string | SystemPrompt<NoInfer<TNeeds>>)[]
  /** Names deps that no tool declares: `depsType<{ userId: string }>()`. */
  readonly deps?: DepsType<TDeps>
  readonly tools?: TTools
  readonly toolsets?: readonly Toolset<NoInfer<TNeeds>>[]
  readonly capabilities?: readonly Capability<NoInfer<TNeeds>>[]
  /** A schema, a spec, `null`, or a list of them: the union is the type of `result.output`. Default: text. */
  readonly output?: O
  readonly outputValidators?: readonly OutputCheck<NoInfer<TNeeds>, NoInfer<OutputOf<O>>>[]
  readonly modelSettings?: ModelSettingsSource<NoInfer<TNeeds>>
  /** A number sets both budgets. Default 1 and 1. */
  readonly retries?: number | Partial<Retries>
  readonly endStrategy?: EndStrategy
  /** For tools without a `timeoutMs` of their own. */
  readonly toolTimeoutMs?: number
  readonly metadata?: MetadataSource<NoInfer<TNeeds>>
  /** Shown to validators as `ctx.validationContext`. */
  readonly validationContext?: unknown
  readonly usageLimits?: UsageLimits
  /** What models cost: gives `usage.cost` and `result.cost`, and makes `costLimit` work. */
  readonly prices?: PriceTable
  /** How the run touches the world; durable engines and tests replace it. */
  readonly effects?: Effects
}

/** What `override()` and `with()` may replace. */
export interface AgentOverride<in out TDeps = unknown, out TModelId extends string = never> {
  readonly name?: string
  readonly deps?: TDeps
  readonly model?: Model | TModelId
  readonly tools?: readonly AnyTool[]
  readonly toolsets?: readonly Toolset<TDeps>[]
  readonly instructions?: Instructions<TDeps>
  readonly modelSettings?: ModelSettingsSource<TDeps>
  readonly metadata?: MetadataSource<TDeps>
  readonly retries?: number | Partial<Retries>
  readonly usageLimits?: UsageLimits
  readonly effects?: Effects
}

/** A model, tools, instructions and an output type, ready to run any number of times at once.
 *  `TModelId` is what model strings its runs take; `resolveModel()` makes a model of any string. */
export interface Agent<in TDeps = unknown, out TOutput = string, in TModelId extends string = never> {
  readonly name: string | undefined
  readonly description: string | undefined
  /** Types only; never set. */
  readonly '~types'?: { readonly deps: (deps: TDeps) => void; readonly output: TOutput }

  /** Runs to the end.
   *  @throws {RunCancelled} · {UsageLimitExceeded} · {UnexpectedModelBehavior} · {ModelError} · {UserError} · whatever a tool throws */
  run<const O extends OutputEntries = never>(
    this: Agent<unknown, TOutput, TModelId>,
    prompt?: UserPrompt | null,
    options?: RunOptionsWithoutDeps<O, TModelId>,
  ): Promise<AgentRunResult<RunOutput<TOutput, O>>>
  run<TGiven extends NeededDeps<TDeps>, const O extends OutputEntries = never>(
    prompt: UserPrompt | null | undefined,
    options: RunOptions<TGiven, O, TModelId>,
  ): Promise<AgentRunResult<RunOutput<TOutput, O>>>

  /** Runs to the end and shows everything on the way. Starts when it is first read. */
  stream<const O extends OutputEntries = never>(
    this: Agent<unknown, TOutput, TModelId>,
    prompt?: UserPrompt | null,
    options?: RunOptionsWithoutDeps<O, TModelId>,
  ): AgentStream<RunOutput<TOutput, O>>
  stream<TGiven extends NeededDeps<TDeps>, const O extends OutputEntries = never>(
    prompt: UserPrompt | null | undefined,
    options: RunOptions<TGiven, O, TModelId>,
  ): AgentStream<RunOutput<TOutput, O>>

  /** Goes through the run node by node. */
  iter<const O extends OutputEntries = never>(
    this: Agent<unknown, TOutput, TModelId>,
    prompt?: UserPrompt | null,
    options?: RunOptionsWithoutDeps<O, TModelId>,
  ): AgentRun<RunOutput<TOutput, O>>
  iter<TGiven extends NeededDeps<TDeps>, const O extends OutputEntries = never>(
    prompt: UserPrompt | null | undefined,
    options: RunOptions<TGiven, O, TModelId>,
  ): AgentRun<RunOutput<TOutput, O>>

  /** Runs `fn` with parts of this agent, and of its copies, replaced in everything that `fn` calls. Beats options of runs and
   *  of `with()`; nested overrides win. For tests. */
  override<R, TGiven extends TDeps = TDeps>(replaced: AgentOverride<TGiven, TModelId>, fn: () => R): R

  /** A copy with parts replaced. */
  with<TGiven extends TDeps = TDeps>(
    replaced: Omit<AgentOverride<TGiven, TModelId>, 'deps'>,
  ): Agent<TGiven, TOutput, TModelId>
}

/** The deps an agent needs. */
export type InferDeps<A> = A extends Agent<infer TDeps, unknown> ? TDeps : never

/** The output of an agent. */
export type InferOutput<A> = A extends Agent<never, infer TOutput> ? TOutput : never

/** A run under manual control: iterate it to run it node by node, or call `next()` with a node of your choice. */
export interface AgentRun<out TOutput = string> extends AsyncIterable<AgentNode>, AsyncDisposable {
  /** The node that `next()` would run. */
  readonly nextNode: AgentNode
  /** There once the end node was reached. */
  readonly result: AgentRunResult<TOutput> | undefined
  readonly messages: readonly ModelMessage[]
  readonly usage: RunUsage
  readonly runId: string
  /** Runs a node, by default the next one, and returns the one after it.
   *  @throws as `Agent.run` */
  next(node?: AgentNode): Promise<AgentNode>
  /** The events of the next node while it runs. Leaving them early cancels the run. */
  events(): AsyncIterable<AgentEvent>
  cancel(reason?: string): void
}
