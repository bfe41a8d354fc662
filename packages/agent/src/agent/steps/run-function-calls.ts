import type { AgentEvent } from '../../messages/event.ts'
import { returnPart, type CallResult } from '../../tools/call-result.ts'
import { validateCall } from '../../tools/validate-call.ts'
import { checkBeforeToolCalls } from '../../usage/check-limits.ts'
import { isPromiseLike, type MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall, UnknownCall } from './batch.ts'
import { externalResult } from './external-result.ts'
import { refusalContent } from './process-output.ts'
import { askAgain, refuseUnknown } from './refuse-call.ts'
import { RunningCalls, type ReadyCall } from './running-calls.ts'
import { callFacts, deferBySignal, failedResult } from './settle-call.ts'

/** Validates calls one after the other, checks the budget for all of them, then runs them at the same time,
 *  except where a sequential tool stands between. Results come as they are ready and are stored in the order of the calls. */
export async function* runFunctionCalls(
  run: Run,
  calls: readonly (FunctionCall | UnknownCall)[],
  batch: BatchResults,
): AsyncGenerator<AgentEvent, undefined> {
  if (calls.length === 0) return
  const results = new Map<number, CallResult>()
  const ready: ReadyCall[] = []
  try {
    for (const call of calls) {
      const pending = checkCall(run, call, batch)
      const checked = isPromiseLike(pending) ? await pending : pending
      // a call that was answered elsewhere had no need of its arguments
      const argsValid = checked.kind === 'answered' ? undefined : checked.kind !== 'refused'
      yield { kind: 'function-tool-call', part: call.part, argsValid }
      if (checked.kind === 'ready') ready.push(checked.ready)
      else if (checked.kind !== 'deferred') results.set(call.index, checked.result)
    }
    checkBatch(run, calls, results)
    if (results.size > 0) for (const result of results.values()) yield resultEvent(result)
    for (const segment of segments(ready)) {
      const running = new RunningCalls(run, segment, batch)
      try {
        while (!running.isDone) {
          const finished = await running.next()
          if (finished === undefined) continue
          results.set(finished.index, finished.result)
          yield resultEvent(finished.result)
        }
      } finally {
        // also when whoever reads the events leaves
        const stopping = running.release(results)
        if (stopping !== undefined) await stopping
      }
    }
  } finally {
    batch.addGroup(results, run.now())
  }
}

/** @throws {UsageLimitExceeded} then nothing of the batch counts as done */
function checkBatch(run: Run, calls: readonly (FunctionCall | UnknownCall)[], results: Map<number, CallResult>): void {
  try {
    checkBudget(run, calls)
  } catch (error) {
    results.clear()
    throw error
  }
}

/** @throws {UsageLimitExceeded} the run may not make so many calls more */
export function checkBudget(run: Run, calls: readonly (FunctionCall | UnknownCall)[]): void {
  checkBeforeToolCalls(run.usage, run.limits, calls.filter(countsAsCall).length)
}

/** Calls answered elsewhere or denied are not run here. */
function countsAsCall(call: FunctionCall | UnknownCall): boolean {
  return call.kind === 'unknown' || call.resolution === undefined || call.resolution.kind === 'approved'
}

type Checked =
  | { readonly kind: 'ready'; readonly ready: ReadyCall }
  | { readonly kind: 'answered' | 'refused'; readonly result: CallResult }
  | { readonly kind: 'deferred' }

function checkCall(run: Run, call: FunctionCall | UnknownCall, batch: BatchResults): MaybePromise<Checked> {
  if (call.kind === 'unknown') return { kind: 'refused', result: { part: refuseUnknown(run, call) } }
  const { resolution, part } = call
  if (resolution?.kind === 'denied') {
    return { kind: 'answered', result: { part: returnPart(part, resolution.message, run.now(), 'denied') } }
  }
  if (resolution?.kind === 'result') {
    const result = externalResult(run, call, resolution.value)
    if (result.part.kind === 'retry-prompt') batch.retryAsked = true
    return { kind: 'answered', result }
  }
  const ready = (args: unknown): Checked => ({ kind: 'ready', ready: { call, args } })
  const refused = (error: unknown): Checked => {
    if (deferBySignal(error, part, batch)) return { kind: 'deferred' }
    const failed = failedResult(error, part, run.now())
    if (failed !== undefined) return { kind: 'refused', result: failed }
    const content = refusalContent(error)
    if (content === undefined) throw error
    return { kind: 'refused', result: { part: askAgain(run, call, { content, cause: error, batch }) } }
  }
  try {
    const args = validateArgs(run, call)
    return isPromiseLike(args) ? args.then(ready, refused) : ready(args)
  } catch (error) {
    return refused(error)
  }
}

/** Validated arguments of a call. A call that needs no validation (external) keeps its own. */
export function validateArgs(run: Run, call: FunctionCall): MaybePromise<unknown> {
  const { resolution } = call
  const args = resolution?.kind === 'approved' ? (resolution.overrideArgs ?? call.part.args) : call.part.args
  return validateCall(run.hooks, { tool: call.tool, part: call.part, args, ctx: run.context(callFacts(run, call)) })
}

/** A sequential tool runs alone: what comes before it is finished, what comes after it waits. */
function segments(ready: readonly ReadyCall[]): readonly (readonly ReadyCall[])[] {
  const isSequential = ({ call }: ReadyCall) => call.tool.definition.sequential === true
  if (!ready.some(isSequential)) return ready.length === 0 ? [] : [ready]
  const list: ReadyCall[][] = []
  let together: ReadyCall[] | undefined
  for (const one of ready) {
    if (isSequential(one)) {
      list.push([one])
      together = undefined
    } else if (together === undefined) list.push((together = [one]))
    else together.push(one)
  }
  return list
}

export function resultEvent({ part, content }: CallResult): AgentEvent {
  return { kind: 'function-tool-result', part, content }
}
