import type { Capability, Instructions } from '../capabilities/capability.ts'
import type { DeferredToolResults } from '../messages/deferred.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { Model } from '../models/model.ts'
import type { OutputEntries, OutputWithin } from '../output/output-spec.ts'
import type { RunUsageView } from '../tools/run-context.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import type { UsageLimits } from '../usage/limits.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import type { MetadataSource, ModelSettingsSource, Retries } from './agent-config.ts'

/** What one run may be given. Instructions, toolsets, capabilities and metadata add to the agent's;
 *  model, output, retries and settings (key by key) replace them. */
export interface RunOptionsBase<TDeps, O extends OutputEntries = never, TModelId extends string = never> {
  /** The messages of earlier runs, oldest first. */
  readonly messageHistory?: readonly ModelMessage[]
  /** Answers to the deferred calls the history ends with. */
  readonly deferredToolResults?: DeferredToolResults
  readonly model?: Model | TModelId
  readonly output?: O & OutputWithin<TDeps, O>
  readonly instructions?: Instructions<TDeps>
  readonly toolsets?: readonly Toolset<TDeps>[]
  readonly capabilities?: readonly Capability<TDeps>[]
  readonly modelSettings?: ModelSettingsSource<TDeps>
  readonly usageLimits?: UsageLimits
  /** Keeps counting here: share one among runs that draw on one budget. A tool that runs another agent passes `ctx.usage`. */
  readonly usage?: RunUsage | RunUsageView
  readonly retries?: number | Partial<Retries>
  readonly metadata?: MetadataSource<TDeps>
  /** Default: a UUIDv7. */
  readonly runId?: string
  /** Default: that of the history, else a UUIDv7. `'new'`: a fresh one in any case. */
  readonly conversationId?: string
  /** Cancels the run: it ends with `RunCancelled`, which carries what was done so far. */
  readonly signal?: AbortSignal
}

/** Options of a run; with `deps` when the agent needs them. */
export interface RunOptions<
  TDeps,
  O extends OutputEntries = never,
  TModelId extends string = never,
> extends RunOptionsBase<NoInfer<TDeps>, O, TModelId> {
  readonly deps: TDeps
}

/** Options of a run of an agent that needs no deps. */
export interface RunOptionsWithoutDeps<
  O extends OutputEntries = never,
  TModelId extends string = never,
> extends RunOptionsBase<unknown, O, TModelId> {
  readonly deps?: undefined
}
