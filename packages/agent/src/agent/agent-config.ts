import type { Capability, InstructionSource } from '../capabilities/capability.ts'
import type { Effects } from '../durable/effects.ts'
import type { Model } from '../models/model.ts'
import type { ModelResolver } from '../models/provider.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { OutputSchema } from '../output/output.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import type { PriceTable } from '../usage/cost.ts'
import type { UsageLimits } from '../usage/limits.ts'
import type { JsonObject, MaybePromise } from '../util/json.ts'

/** How often the model may correct itself: `tools` per tool, `output` for the whole run. N retries are N + 1 attempts. */
export interface Retries {
  /** Default 1. */
  readonly tools: number
  /** Default 1. */
  readonly output: number
}

/** What happens to the other calls of a response that holds a final output.
 *  `early`: they are not run · `graceful` (default): function tools run, further outputs do not
 *  · `exhaustive`: all run, functions first and at the same time, then outputs one after the other; the first valid one wins. */
export type EndStrategy = 'early' | 'graceful' | 'exhaustive'

/** A prompt that is written into the first request and stays in the history.
 *  With an `id` and `dynamic`, it is written anew whenever a history that holds it is continued. */
export interface SystemPrompt<in TDeps = unknown> {
  readonly id?: string
  readonly dynamic?: boolean
  readonly content: string | ((ctx: RunContext<TDeps>) => MaybePromise<string>)
}

/** Checks or changes an output; throws `ModelRetry` to send it back. */
export type OutputValidator<in TDeps = unknown> = (output: never, ctx: RunContext<TDeps>) => unknown

/** Settings, or a function that computes them before every request. */
export type ModelSettingsSource<TDeps = unknown> =
  | ModelSettings
  | ((ctx: RunContext<TDeps>) => MaybePromise<ModelSettings>)

export type MetadataSource<TDeps = unknown> = JsonObject | ((ctx: RunContext<TDeps>) => MaybePromise<JsonObject>)

/** What the place an agent is made in provides: the same for all agents of an entry point. */
export interface AgentSurroundings {
  readonly resolveModel: ModelResolver
  /** How the model finds hidden tools when the agent names no way of its own. Absent: it has to. */
  readonly toolSearch?: () => Capability
}

/** An agent's options after normalisation: what one run works with. Types of deps and output are gone by here;
 *  the public functions checked them. */
export interface AgentConfig {
  readonly name: string | undefined
  readonly model: Model | string | undefined
  readonly surroundings: AgentSurroundings
  readonly instructions: readonly InstructionSource[]
  /** After those of capabilities. */
  readonly runInstructions: readonly InstructionSource[]
  readonly systemPrompts: readonly SystemPrompt[]
  /** The agent's own tools; replaced as a whole by `override({ tools })`. */
  readonly functionToolset: Toolset
  readonly toolsets: readonly Toolset[]
  readonly capabilities: readonly Capability[]
  /** `override()` of toolsets or instructions replaces those of capabilities too. */
  readonly takesFromCapabilities: { readonly toolsets: boolean; readonly instructions: boolean }
  readonly output: OutputSchema
  readonly outputValidators: readonly OutputValidator[]
  readonly modelSettings: readonly ModelSettingsSource[]
  /** Laid over those of capabilities. */
  readonly runModelSettings: readonly ModelSettingsSource[]
  readonly retries: Retries
  readonly endStrategy: EndStrategy
  readonly toolTimeoutMs: number | undefined
  readonly metadata: readonly MetadataSource[]
  readonly validationContext: unknown
  readonly usageLimits: UsageLimits
  readonly prices: PriceTable | undefined
  readonly effects: Effects
}
