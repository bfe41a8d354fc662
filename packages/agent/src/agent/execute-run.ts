import type { RunOutcome } from '../capabilities/capability.ts'
import type { HookChains } from '../capabilities/hook-chains.ts'
import { AgentError, type FailedRun } from '../errors/agent-error.ts'
import type { AgentEvent } from '../messages/event.ts'
import { drain } from '../util/bridge.ts'
import { until } from '../util/until.ts'
import { runLoop } from './loop.ts'
import { mergedMetadata, openRun } from './open-run.ts'
import type { Run } from './run.ts'
import { RunResult, type AgentRunResult } from './run-result.ts'

const failures = new WeakMap<object, FailedRun>()

/** What a run had done when it ended with this error: history, usage, ids. Also for errors that your own code threw. */
export function failedRunOf(error: unknown): FailedRun | undefined {
  if (AgentError.is(error) && error.run !== undefined) return error.run
  return typeof error === 'object' && error !== null ? failures.get(error) : undefined
}

/** A whole run: opens what it needs, yields its events, ends with its result, and leaves nothing open behind. */
export async function* executeRun<TOutput>(run: Run): AsyncGenerator<AgentEvent<TOutput>, AgentRunResult<TOutput>> {
  let close: (() => Promise<void>) | undefined
  let finished = false
  let failed = false
  try {
    run.begin()
    close = await openRun(run)
    const outcome = yield* throughEventHooks(run)
    run.checkCancelled()
    if (run.config.metadata.length > 0) run.metadata = await mergedMetadata(run, run.config.metadata)
    const result = new RunResult<TOutput>(run, outcome)
    finished = true
    yield { kind: 'agent-run-result', output: result.output }
    return result
  } catch (error) {
    finished = true
    failed = true
    throw describe(run, error)
  } finally {
    if (!finished) run.cancel('its stream was left')
    run.close()
    // what broke first is what the caller is told
    if (close !== undefined) await (failed ? close().catch(() => {}) : close())
  }
}

/** The error as the caller sees it: it carries what the run had done, and a cancelled run says so whatever broke first.
 *  An error that came from the run of another agent, inside a tool, now tells of this run: it is this one's caller who reads it. */
export function describe(run: Run, error: unknown): unknown {
  const shown = run.isCancelled ? run.cancelled() : error
  const failed = run.describeFailure()
  if (AgentError.is(shown)) shown.run = failed
  else if (typeof shown === 'object' && shown !== null) failures.set(shown, failed)
  return shown
}

/** What becomes of a run, or of a step of it. Code of others that ignores a cancellation does not hold it up for long. */
export function inTime<T>(run: Run, pending: Promise<T>): Promise<T> {
  return until(pending, reject => run.onOverdue(() => reject(describe(run, run.cancelled()))))
}

/** Hooks may change what consumers see of the events; the run itself goes on to its end all the same. */
function throughEventHooks(run: Run): AsyncGenerator<AgentEvent<never>, RunOutcome> {
  // the output's type is known to the caller, not to the loop
  const loop = runLoop(run) as AsyncGenerator<AgentEvent<never>, RunOutcome>
  const hooks = run.hooks.wrapRunEventStream
  return hooks === undefined ? loop : hookedEvents(run, loop, hooks)
}

async function* hookedEvents(
  run: Run,
  loop: AsyncGenerator<AgentEvent<never>, RunOutcome>,
  hooks: NonNullable<HookChains['wrapRunEventStream']>,
): AsyncGenerator<AgentEvent<never>, RunOutcome> {
  let outcome: RunOutcome | undefined
  // a hook may stop reading without ending the loop
  const next = async (): Promise<IteratorResult<AgentEvent>> => {
    const step = await loop.next()
    if (step.done !== true) return step
    outcome = step.value
    return { done: true, value: undefined }
  }
  const source: AsyncIterable<AgentEvent> = { [Symbol.asyncIterator]: () => ({ next }) }
  const wrapped = hooks.reduce((events, hook) => hook(run.context(), events), source)
  try {
    for await (const event of wrapped) yield event as AgentEvent<never>
    // one that stopped early ends the watching, not the run
    return (outcome ??= await drain(loop))
  } finally {
    // the reader has left, or a hook broke down: the loop keeps what it has and lets go
    if (outcome === undefined) await loop.return(undefined as never)
  }
}
