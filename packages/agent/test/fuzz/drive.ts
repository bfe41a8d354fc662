import {
  AgentError,
  failedRunOf,
  type AgentEvent,
  type ModelMessage,
  type RunOptionsWithoutDeps,
  type RunUsageRecord,
} from '../../src/core.ts'
import { plannedAgent, type BuildOptions, type ExecutionLog, type PlannedAgent } from './planned-agent.ts'
import type { Plan } from './plans.ts'

/** What can be seen of a run from outside. */
export interface Observed {
  readonly output?: unknown
  readonly error?: string
  readonly messages: readonly ModelMessage[]
  readonly newMessages?: readonly ModelMessage[]
  readonly usage: RunUsageRecord | undefined
  readonly executed: ExecutionLog
}

type Driver = (
  planned: PlannedAgent,
  prompt: string | null,
  options: RunOptionsWithoutDeps,
  onEvent: (event: AgentEvent) => void,
) => Promise<Omit<Observed, 'executed'>>

export const drivers = {
  run: (planned, prompt, options) => planned.agent.run(prompt, options),
  stream: async (planned, prompt, options, onEvent) => {
    const stream = planned.agent.stream(prompt, options)
    for await (const event of stream) onEvent(event)
    return stream.result
  },
  iter: async (planned, prompt, options) => {
    const run = planned.agent.iter(prompt, options)
    for await (const _node of run);
    if (run.result === undefined) throw new Error('there is no result')
    return run.result
  },
  'iter with events': async (planned, prompt, options, onEvent) => {
    const run = planned.agent.iter(prompt, options)
    while (run.result === undefined) for await (const event of run.events()) onEvent(event)
    return run.result
  },
} satisfies Record<string, Driver>

export interface DriveOptions extends BuildOptions {
  readonly way?: keyof typeof drivers
  readonly prompt?: string | null
  readonly run?: RunOptionsWithoutDeps
  readonly onEvent?: (event: AgentEvent) => void
}

/** Runs a plan and tells what came of it, also when it failed. */
export async function drive(plan: Plan, options: DriveOptions = {}): Promise<Observed> {
  const { way = 'run', prompt = 'Go on.', run = {}, onEvent = () => {} } = options
  const planned = plannedAgent(plan, options)
  const drivenBy: Driver = drivers[way]
  try {
    const { output, messages, newMessages, usage } = await drivenBy(planned, prompt, run, onEvent)
    return { output, messages, newMessages, usage, executed: planned.executed }
  } catch (error) {
    return { ...failure(error), executed: planned.executed }
  }
}

export function failure(error: unknown): Pick<Observed, 'error' | 'messages' | 'usage'> {
  const failed = failedRunOf(error)
  if (failed === undefined) throw error
  const code = AgentError.is(error) ? error.code : String(error)
  return { error: code, messages: failed.messages, usage: failed.usage }
}
