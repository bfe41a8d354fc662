import { failedRunOf } from '../../src/agent/execute-run.ts'
import type { AgentEvent } from '../../src/messages/event.ts'
import type { ModelMessage } from '../../src/messages/message.ts'
import { RunUsage } from '../../src/usage/run-usage.ts'
import type { WireRecord } from '../provider-case.ts'
import { writeEvent } from '../wire/events.ts'
import { readPrompt, writeMessages, writeRunUsage } from '../wire/messages.ts'
import type { buildAgent } from './build-agent.ts'
import type { OutputNames } from './output-names.ts'
import { runOptions } from './run-options.ts'
import type { OutputValue, RunRecord } from './scenario.ts'
import { writeOutput } from './write-output.ts'

export type ScenarioAgent = ReturnType<typeof buildAgent>

/** What a run of ours did, in the recorded form. */
export interface RunDone {
  readonly history: readonly ModelMessage[]
  readonly runUsage: RunUsage
  readonly output?: OutputValue
  readonly error?: unknown
  readonly messages: readonly WireRecord[]
  readonly newMessages?: number
  readonly runId?: string
  readonly conversationId?: string
  readonly metadata?: unknown
  readonly usage: WireRecord
  readonly events?: readonly WireRecord[]
  readonly yields?: readonly unknown[]
}

export interface RunSurroundings {
  readonly previous: RunDone | undefined
  readonly names: OutputNames
}

/** Performs one run in its mode. An error is part of what it did. */
export async function performRun(agent: ScenarioAgent, run: RunRecord, around: RunSurroundings): Promise<RunDone> {
  const runUsage = run.usage === 'previous' && around.previous ? around.previous.runUsage : new RunUsage()
  const seen: Seen = { events: [], yields: [] }
  const { result, error } = await settle(drive(agent, run, { ...around, runUsage, seen }))
  const failed = failedRunOf(error)
  const history = result?.messages ?? ((failed?.messages ?? []) as readonly ModelMessage[])
  return {
    history,
    runUsage,
    ...(result ? { output: writeOutput(result.output, around.names) } : { error }),
    messages: writeMessages(history),
    newMessages: result?.newMessages.length ?? countOf(history, failed?.runId),
    runId: result?.runId,
    conversationId: result?.conversationId,
    metadata: result?.metadata,
    usage: writeRunUsage(runUsage),
    events: seen.events.map(event => writeRunEvent(event, around.names)),
    yields: seen.yields,
  }
}

async function settle<T>(done: Promise<T>): Promise<{ result?: T; error?: unknown }> {
  try {
    return { result: await done }
  } catch (error) {
    return { error }
  }
}

/** How many messages a run that failed has added. */
function countOf(history: readonly ModelMessage[], runId: string | undefined): number | undefined {
  return runId === undefined ? undefined : history.filter(message => message.runId === runId).length
}

function writeRunEvent(event: AgentEvent, names: OutputNames): WireRecord {
  if (event.kind !== 'agent-run-result') return writeEvent(event)
  return { event_kind: 'agent_run_result', output: writeOutput(event.output, names) }
}

interface Seen {
  readonly events: AgentEvent[]
  readonly yields: unknown[]
}

interface DriveOptions extends RunSurroundings {
  readonly runUsage: RunUsage
  readonly seen: Seen
}

async function drive(agent: ScenarioAgent, run: RunRecord, { previous, names, runUsage, seen }: DriveOptions) {
  const controller = new AbortController()
  const options = { ...runOptions(run, previous?.history, names), usage: runUsage, signal: controller.signal }
  const prompt = run.prompt === null ? undefined : readPrompt(run.prompt)
  if (run.mode === undefined || run.mode === 'run') return agent.run(prompt, options)

  const stream = agent.stream(prompt, options)
  if (run.mode === 'events') {
    for await (const event of stream) {
      seen.events.push(event)
      if (seen.events.length === run.cancel_after?.events) controller.abort()
    }
  } else if (run.mode === 'stream_output') {
    // the same object grows, so each state is copied
    for await (const partial of stream.partials()) seen.yields.push(structuredClone(writeOutput(partial, names)))
    seen.yields.push(writeOutput(await stream.output, names))
  } else {
    let text = ''
    for await (const delta of stream.text()) {
      text += delta
      seen.yields.push(run.mode === 'stream_text' ? text : delta)
    }
  }
  return stream.result
}
