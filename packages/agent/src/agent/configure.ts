import type { Instructions, InstructionSource } from '../capabilities/capability.ts'
import { UserError } from '../errors/user-error.ts'
import { directEffects } from '../durable/direct-effects.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { Model } from '../models/model.ts'
import { buildOutputSchema } from '../output/build-output-schema.ts'
import type { OutputEntries } from '../output/output-spec.ts'
import type { RunUsageView } from '../tools/run-context.ts'
import type { AnyTool } from '../tools/tool.ts'
import { FunctionToolset } from '../toolsets/function-toolset.ts'
import { RunUsage } from '../usage/run-usage.ts'
import type { AgentConfig, AgentSurroundings, Retries, SystemPrompt } from './agent-config.ts'
import type { AgentOptions, AgentOverride } from './agent-types.ts'
import { Run } from './run.ts'
import type { RunOptionsBase } from './run-options.ts'

/** Options whose types were checked where they came in. */
export type AnyAgentOptions = AgentOptions<Model | string, readonly AnyTool[], OutputEntries, unknown, unknown>
export type AnyRunOptions = RunOptionsBase<unknown, OutputEntries, string> & { readonly deps?: unknown }

/** @throws {UserError} two tools of one name, an output nobody could produce, a budget below zero */
export function configure(options: AnyAgentOptions, surroundings: AgentSurroundings): AgentConfig {
  const { toolTimeoutMs = 1 } = options
  if (!(toolTimeoutMs > 0)) {
    throw new UserError(`\`toolTimeoutMs\` is ${toolTimeoutMs}; it must be positive milliseconds.`)
  }
  return {
    name: options.name,
    model: options.model,
    surroundings,
    instructions: listInstructions(options.instructions),
    runInstructions: [],
    systemPrompts: listSystemPrompts(options.systemPrompt),
    functionToolset: new FunctionToolset(options.tools ?? []),
    toolsets: options.toolsets ?? [],
    capabilities: options.capabilities ?? [],
    takesFromCapabilities: { toolsets: true, instructions: true },
    output: buildOutputSchema(options.output),
    outputValidators: options.outputValidators ?? [],
    modelSettings: oneOrNone(options.modelSettings),
    runModelSettings: [],
    retries: mergeRetries({ tools: 1, output: 1 }, options.retries),
    endStrategy: options.endStrategy ?? 'graceful',
    toolTimeoutMs: options.toolTimeoutMs,
    metadata: oneOrNone(options.metadata),
    validationContext: options.validationContext,
    usageLimits: options.usageLimits ?? {},
    prices: options.prices,
    effects: options.effects ?? directEffects,
  }
}

/** The configuration of one run: the agent's, with what the run's options add or replace. */
export function forRun(config: AgentConfig, options: AnyRunOptions): AgentConfig {
  const { model, output, instructions, toolsets, capabilities, modelSettings, retries, metadata, usageLimits } = options
  if (output !== undefined && config.outputValidators.length > 0) {
    throw new UserError('A run cannot replace the `output` of an agent with `outputValidators`: they check its own.')
  }
  return {
    ...config,
    model: model ?? config.model,
    output: output === undefined ? config.output : buildOutputSchema(output),
    runInstructions: joined(config.runInstructions, listInstructions(instructions)),
    toolsets: joined(config.toolsets, toolsets),
    capabilities: joined(config.capabilities, capabilities),
    runModelSettings: joined(config.runModelSettings, oneOrNone(modelSettings)),
    retries: mergeRetries(config.retries, retries),
    metadata: joined(config.metadata, oneOrNone(metadata)),
    usageLimits: usageLimits ?? config.usageLimits,
  }
}

/** Replaces parts as `override()` and `with()` do. Replacing toolsets also drops those of capabilities. */
export function overridden(config: AgentConfig, replaced: AgentOverride<unknown, string>): AgentConfig {
  return {
    ...config,
    name: replaced.name ?? config.name,
    model: replaced.model ?? config.model,
    functionToolset: replaced.tools === undefined ? config.functionToolset : new FunctionToolset(replaced.tools),
    toolsets: replaced.toolsets ?? config.toolsets,
    takesFromCapabilities: {
      toolsets: config.takesFromCapabilities.toolsets && replaced.toolsets === undefined,
      instructions: config.takesFromCapabilities.instructions && replaced.instructions === undefined,
    },
    instructions: replaced.instructions === undefined ? config.instructions : listInstructions(replaced.instructions),
    runInstructions: replaced.instructions === undefined ? config.runInstructions : [],
    modelSettings: replaced.modelSettings === undefined ? config.modelSettings : [replaced.modelSettings],
    runModelSettings: replaced.modelSettings === undefined ? config.runModelSettings : [],
    retries: mergeRetries(config.retries, replaced.retries),
    metadata: replaced.metadata === undefined ? config.metadata : [replaced.metadata],
    usageLimits: replaced.usageLimits ?? config.usageLimits,
    effects: replaced.effects ?? config.effects,
  }
}

/** The state of a new run.
 *  @throws {UserError} an empty or reused `runId` */
export function newRun(
  config: AgentConfig,
  prompt: UserPrompt | null | undefined,
  options: AnyRunOptions,
  streaming: boolean,
): Run {
  const history = options.messageHistory ?? []
  return new Run(config, {
    deps: options.deps,
    prompt: prompt ?? undefined,
    history,
    deferredToolResults: options.deferredToolResults,
    runId: chooseRunId(config, options.runId, history),
    conversationId: chooseConversationId(config, options.conversationId, history),
    usage: options.usage === undefined ? new RunUsage() : sharedUsage(options.usage),
    limits: config.usageLimits,
    signal: options.signal,
    streaming,
  })
}

/** @throws {UserError} a record of usage, which nobody could share */
function sharedUsage(usage: RunUsage | RunUsageView): RunUsage {
  if (usage instanceof RunUsage) return usage
  throw new UserError('`usage` is no `RunUsage`. Pass one that counts, such as `ctx.usage` or `new RunUsage(record)`.')
}

function chooseRunId(config: AgentConfig, given: string | undefined, history: readonly ModelMessage[]): string {
  if (given === undefined) return config.effects.id('run')
  if (given === '') throw new UserError('`runId` is empty. Leave it out, or give an id of your own.')
  if (history.some(message => message.runId === given)) {
    throw new UserError(`\`runId\` \`${given}\` is in the message history. Every run needs an id of its own.`)
  }
  return given
}

function chooseConversationId(
  config: AgentConfig,
  given: string | undefined,
  history: readonly ModelMessage[],
): string {
  if (given !== undefined && given !== 'new') return given
  const inherited = given === 'new' ? undefined : history.findLast(message => message.conversationId !== undefined)
  return inherited?.conversationId ?? config.effects.id('conversation')
}

/** Two lists as one: the first itself when there is nothing to add. */
export function joined<T>(list: readonly T[], more: readonly T[] = []): readonly T[] {
  return more.length === 0 ? list : [...list, ...more]
}

const oneOrNone = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])

function mergeRetries(base: Retries, given: number | Partial<Retries> | undefined): Retries {
  if (given === undefined) return base
  const merged = typeof given === 'number' ? { tools: given, output: given } : { ...base, ...given }
  for (const [budget, value] of Object.entries(merged)) {
    if (!(value >= 0)) throw new UserError(`\`retries.${budget}\` is ${value}; it must be 0 or more.`)
  }
  return merged
}

function listInstructions(instructions: Instructions | undefined): readonly InstructionSource[] {
  if (instructions === undefined) return []
  return Array.isArray(instructions) ? instructions : [instructions as InstructionSource]
}

function listSystemPrompts(prompts: AnyAgentOptions['systemPrompt']): readonly SystemPrompt[] {
  if (prompts === undefined) return []
  const list = (Array.isArray(prompts) ? prompts : [prompts]) as readonly (string | SystemPrompt)[]
  return list.map(prompt => {
    if (typeof prompt === 'string') return { content: prompt }
    if (prompt.dynamic === true && prompt.id === undefined) {
      throw new UserError('A dynamic system prompt needs an `id`: a continued history finds it by that.')
    }
    return prompt
  })
}
