import { RunCancelled, UnexpectedModelBehavior } from '../../errors/run-error.ts'
import { isSignal } from '../../errors/signals.ts'
import type { AgentEvent } from '../../messages/event.ts'
import type { RetryPromptPart } from '../../messages/part.ts'
import { ValidationError } from '../../schema/validation-error.ts'
import { callResult, retryPart, returnPart, type CallResult } from '../../tools/call-result.ts'
import { executeCall } from '../../tools/execute-call.ts'
import { validateCall } from '../../tools/validate-call.ts'
import { checkBeforeToolCalls } from '../../usage/check-limits.ts'
import type { CallFacts } from '../run-context.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall, UnknownCall } from './batch.ts'
import { Completions } from './completions.ts'
import { externalResult } from './external-result.ts'
import { throwIfTruncated } from './output-retry.ts'
import { refusalContent } from './process-output.ts'

interface ReadyCall {
  readonly call: FunctionCall
  readonly args: unknown
}

/** How a call ended: with a result, put off, or with an error that ends the run. */
type Ending =
  | { readonly kind: 'result'; readonly result: CallResult }
  | { readonly kind: 'deferred' }
  | { readonly kind: 'error'; readonly error: unknown }

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
      const checked = await checkCall(run, call, batch)
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

async function checkCall(run: Run, call: FunctionCall | UnknownCall, batch: BatchResults): Promise<Checked> {
  if (call.kind === 'unknown') return { kind: 'refused', result: { part: unknownTool(run, call) } }
  const { resolution, part } = call
  if (resolution?.kind === 'denied') {
    return { kind: 'answered', result: { part: returnPart(part, resolution.message, run.now(), 'denied') } }
  }
  if (resolution?.kind === 'result') {
    const result = externalResult(run, call, resolution.value)
    if (result.part.kind === 'retry-prompt') batch.retryAsked = true
    return { kind: 'answered', result }
  }
  try {
    return { kind: 'ready', ready: { call, args: await validateArgs(run, call) } }
  } catch (error) {
    const content = refusalContent(error)
    if (content === undefined) throw error
    return { kind: 'refused', result: { part: askAgain(run, call, { content, cause: error, batch }) } }
  }
}

/** Validated arguments of a call. A call that needs no validation (external) keeps its own. */
export async function validateArgs(run: Run, call: FunctionCall): Promise<unknown> {
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
      void settle(run, call, { args, batch, signal: siblings?.signal }).then(ending => endings.push({ call, ending }))
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

interface Settling {
  readonly args: unknown
  readonly batch: BatchResults
  readonly signal: AbortSignal | undefined
}

/** Runs one call and says how it ended; never throws. */
async function settle(run: Run, call: FunctionCall, { args, batch, signal }: Settling): Promise<Ending> {
  const { part, tool } = call
  try {
    const facts = callFacts(run, call)
    const value = await executeCall(run.hooks, run.config.effects, {
      tool,
      part,
      args,
      context: own => run.context({ ...facts, signal: own ?? signal }),
      timeoutMs: tool.definition.timeoutMs ?? run.config.toolTimeoutMs,
      step: run.effect(`tool-call:${run.step}:${part.toolCallId}:${call.index}`),
    })
    const result = callResult(part, value, run.now())
    run.usage.toolCalls += 1
    run.toolRetries.succeed(part.toolName)
    return { kind: 'result', result }
  } catch (error) {
    return endingOf(run, call, { error, batch })
  }
}

function endingOf(run: Run, call: FunctionCall, { error, batch }: { error: unknown; batch: BatchResults }): Ending {
  const { part } = call
  try {
    if (isSignal(error, 'tool-failed')) {
      return { kind: 'result', result: { part: returnPart(part, error.message, run.now(), 'failed') } }
    }
    if (isSignal(error, 'call-deferred') || isSignal(error, 'approval-required')) {
      batch.defer(error.kind === 'call-deferred' ? 'call' : 'approval', part, error.metadata)
      return { kind: 'deferred' }
    }
    const content = refusalContent(error)
    if (content !== undefined) {
      return { kind: 'result', result: { part: askAgain(run, call, { content, cause: error, batch }) } }
    }
    if (RunCancelled.is(error) && !run.signal.aborted) {
      const message = `The sub-agent run was cancelled: ${error.message}`
      return { kind: 'result', result: { part: returnPart(part, message, run.now(), 'failed') } }
    }
    return { kind: 'error', error }
  } catch (exhausted) {
    return { kind: 'error', error: exhausted }
  }
}

interface Refusal {
  readonly content: RetryPromptPart['content']
  readonly cause: unknown
  readonly batch: BatchResults
}

/** @throws {UnexpectedModelBehavior} the tool's budget is used up */
export function askAgain(run: Run, call: FunctionCall, { content, cause, batch }: Refusal): RetryPromptPart {
  const { toolName } = call.part
  const max = call.tool.maxRetries ?? run.config.retries.tools
  if (run.toolRetries.of(toolName) >= max) throwExhausted(run, toolName, { max, cause })
  run.toolRetries.fail(toolName)
  batch.retryAsked = true
  return retryPart(call.part, content, run.now())
}

function throwExhausted(run: Run, toolName: string, { max, cause }: { max: number; cause: unknown }): never {
  throwIfTruncated(run, cause)
  const why = cause instanceof ValidationError || isSignal(cause) ? ` The last problem: ${cause.message}` : ''
  throw new UnexpectedModelBehavior(
    `Tool \`${toolName}\` exceeded its maximum of ${max} ${max === 1 ? 'retry' : 'retries'}.${why} ` +
      'Raise `maxRetries` of the tool or `retries.tools` if the model should get more attempts.',
    { cause },
  )
}

/** All unknown names share one budget, so that a model that invents names is stopped. */
function unknownTool(run: Run, call: UnknownCall): RetryPromptPart {
  const names = [...run.tools.keys(), ...run.outputTools.keys()].sort()
  const offered =
    names.length === 0 ? 'No tools available.' : `Available tools: ${names.map(name => `'${name}'`).join(', ')}`
  const message = `Unknown tool name: '${call.part.toolName}'. ${offered}`
  const max = run.config.retries.tools
  if (run.unknownTools.of(unknownKey) >= max) {
    throwExhausted(run, call.part.toolName, { max, cause: new UnexpectedModelBehavior(message) })
  }
  run.unknownTools.fail(unknownKey)
  return retryPart(call.part, message, run.now())
}

function hiddenToolMessage({ part }: UnknownCall): string {
  return `The tool '${part.toolName}' is not available yet: search for it first.`
}

function unknownToolMessage(run: Run, { part }: UnknownCall): string {
  const all = [...run.tools.keys(), ...run.outputTools.keys()]
  const names = all.filter(name => !run.hiddenToolNames.has(name)).sort()
  const none = all.length === 0 ? 'No tools available.' : 'No tools are available yet: search for the tools you need.'
  const offered = names.length === 0 ? none : `Available tools: ${names.map(name => `'${name}'`).join(', ')}`
  return `Unknown tool name: '${part.toolName}'. ${offered}`
}

const unknownKey = 'unknown'

export function callFacts(run: Run, call: FunctionCall): CallFacts {
  const { part, tool, resolution } = call
  const approved = resolution?.kind === 'approved'
  return {
    toolName: part.toolName,
    toolCallId: part.toolCallId,
    retry: run.toolRetries.of(part.toolName),
    maxRetries: tool.maxRetries ?? run.config.retries.tools,
    approved,
    metadata: approved ? resolution.metadata : undefined,
  }
}

export function resultEvent({ part, content }: CallResult): AgentEvent {
  return { kind: 'function-tool-result', part, content }
}
