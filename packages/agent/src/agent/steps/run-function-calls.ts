import type { AgentEvent } from '../../messages/event.ts'
import { returnPart, type CallResult } from '../../tools/call-result.ts'
import { validateCall } from '../../tools/validate-call.ts'
import { checkBeforeToolCalls } from '../../usage/check-limits.ts'
import { isPromiseLike, type MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall, UnknownCall } from './batch.ts'
import { Completions } from './completions.ts'
import { externalResult } from './external-result.ts'
import { refusalContent } from './process-output.ts'
import { askAgain, refuseUnknown } from './refuse-call.ts'
import { callFacts, settleCall, type Ending } from './settle-call.ts'

interface ReadyCall {
  readonly call: FunctionCall
  readonly args: unknown
}

/** Validates calls one after the other, checks the budget for all of them, then runs them at the same time,
 *  except where a sequential tool stands between. Results come as they are ready and are stored in the order of the calls. */
export async function* runFunctionCalls(
  run: Run,
  calls: readonly (FunctionCall | UnknownCall)[],
  batch: BatchResults,
): AsyncGenerator<AgentEvent, void> {
  if (calls.length === 0) return
  const results = new Map<number, CallResult>()
  const ready: ReadyCall[] = []
  try {
    for (const call of calls) {
      const pending = checkCall(run, call, batch)
      const checked = isPromiseLike(pending) ? await pending : pending
      // a call that was answered elsewhere had no need of its arguments
      const argsValid = checked.kind === 'answered' ? undefined : checked.kind === 'ready'
      yield { kind: 'function-tool-call', part: call.part, argsValid }
      if (checked.kind === 'ready') ready.push(checked.ready)
      else results.set(call.index, checked.result)
    }
    checkBatch(run, calls, results)
    for (const result of results.values()) yield resultEvent(result)
    for (const segment of segments(ready)) yield* runTogether(run, segment, { batch, results })
  } finally {
    batch.addGroup(results, run.now())
  }
}

/** @throws {UsageLimitExceeded} then nothing of the batch counts as done */
function checkBatch(run: Run, calls: readonly (FunctionCall | UnknownCall)[], results: Map<number, CallResult>): void {
  try {
    checkBeforeToolCalls(run.usage, run.limits, calls.filter(countsAsCall).length)
  } catch (error) {
    results.clear()
    throw error
  }
}

/** Calls answered elsewhere or denied are not run here. */
function countsAsCall(call: FunctionCall | UnknownCall): boolean {
  return call.kind === 'unknown' || call.resolution === undefined || call.resolution.kind === 'approved'
}

type Checked =
  | { readonly kind: 'ready'; readonly ready: ReadyCall }
  | { readonly kind: 'answered' | 'refused'; readonly result: CallResult }

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
function* segments(ready: readonly ReadyCall[]): Generator<readonly ReadyCall[]> {
  let together: ReadyCall[] = []
  for (const one of ready) {
    if (one.call.tool.definition.sequential !== true) {
      together.push(one)
      continue
    }
    if (together.length > 0) yield together
    together = []
    yield [one]
  }
  if (together.length > 0) yield together
}

interface Collecting {
  readonly batch: BatchResults
  readonly results: Map<number, CallResult>
}

/** Runs calls at the same time and yields each result when it is there. The first hard error aborts the others' signal;
 *  what had finished by then is kept. */
async function* runTogether(
  run: Run,
  segment: readonly ReadyCall[],
  { batch, results }: Collecting,
): AsyncGenerator<AgentEvent, void> {
  run.checkCancelled()
  const endings = new Completions<{ call: FunctionCall; ending: Ending } | 'aborted'>()
  const siblings = segment.length > 1 ? siblingSignal(run) : undefined
  const onAbort = () => endings.push('aborted')
  run.signal.addEventListener('abort', onAbort)
  try {
    for (const { call, args } of segment) {
      void settleCall(run, call, { args, batch, signal: siblings?.signal }).then(ending =>
        endings.push({ call, ending }),
      )
    }
    for (let waiting = segment.length; waiting > 0; waiting -= 1) {
      const done = await endings.next()
      if (done === 'aborted') throw run.cancelled()
      const { call, ending } = done
      if (ending.kind === 'error') throw ending.error
      if (ending.kind === 'deferred') continue
      results.set(call.index, ending.result)
      yield resultEvent(ending.result)
    }
  } catch (error) {
    siblings?.abort(error)
    throw error
  } finally {
    run.signal.removeEventListener('abort', onAbort)
    siblings?.release()
  }
}

/** A signal for calls that run side by side: aborted with the run, or when one of them fails for good. */
function siblingSignal(run: Run): { signal: AbortSignal; abort(reason: unknown): void; release(): void } {
  const controller = new AbortController()
  const forward = () => controller.abort(run.signal.reason)
  run.signal.addEventListener('abort', forward)
  return {
    signal: controller.signal,
    abort: reason => controller.abort(reason),
    release: () => run.signal.removeEventListener('abort', forward),
  }
}

export function resultEvent({ part, content }: CallResult): AgentEvent {
  return { kind: 'function-tool-result', part, content }
}
