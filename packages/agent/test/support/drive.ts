import type { Agent, AgentEvent, AgentRunResult, RunOptionsWithoutDeps } from '../../src/core.ts'

/** The three ways to drive a run. What is the same in all of them is tested in all of them. */
export const drivers = {
  run: <O>(
    agent: Agent<unknown, O>,
    prompt: string | null,
    options?: RunOptionsWithoutDeps,
  ): Promise<AgentRunResult<O>> => agent.run(prompt, options),
  stream: async <O>(
    agent: Agent<unknown, O>,
    prompt: string | null,
    options?: RunOptionsWithoutDeps,
  ): Promise<AgentRunResult<O>> => {
    const stream = agent.stream(prompt, options)
    for await (const _ of stream);
    return stream.result
  },
  iter: async <O>(
    agent: Agent<unknown, O>,
    prompt: string | null,
    options?: RunOptionsWithoutDeps,
  ): Promise<AgentRunResult<O>> => {
    const run = agent.iter(prompt, options)
    for await (const _ of run);
    if (run.result === undefined) throw new Error('the run ended without a result')
    return run.result
  },
}

export const ways = Object.keys(drivers) as (keyof typeof drivers)[]

/** Everything a source yields. */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** A short name of an event for comparing orders. */
export function eventName(event: AgentEvent): string {
  if (event.kind === 'part-start' || event.kind === 'part-end') return `${event.kind} ${event.part.kind}`
  if (event.kind === 'part-delta') return `${event.kind} ${event.delta.kind}`
  if ('part' in event && 'toolName' in event.part) return `${event.kind} ${event.part.toolName}`
  return event.kind
}
