import type { DeferredResolution, RunOutcome } from '../../capabilities/capability.ts'
import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { DeferredToolRequests, DeferredToolResults } from '../../messages/deferred.ts'
import type { AgentEvent } from '../../messages/event.ts'
import type { ToolCallPart } from '../../messages/part.ts'
import { returnPart } from '../../tools/call-result.ts'
import type { Run } from '../run.ts'
import type { Batch, Winner } from './answer-calls.ts'
import type { BatchCall, FunctionCall } from './batch.ts'
import { checkDeferrable } from './check-deferrable.ts'
import { resolutions } from './deferred-results.ts'
import { stubs } from './output-call.ts'
import { runFunctionCalls } from './run-function-calls.ts'

/** Deals with the calls that cannot run here and now: stubs them when the run has its output, lets capabilities answer them,
 *  and ends the run with what is left.
 *  @throws {UserError} calls are left and the agent's output does not allow for them */
export async function* settleDeferred(
  run: Run,
  batch: Batch,
  winner: Winner | undefined,
): AsyncGenerator<AgentEvent, RunOutcome | undefined> {
  const { calls, results } = batch
  const waiting = calls.filter(isWaiting)
  if (winner !== undefined) {
    for (const call of waiting) results.addPart(returnPart(call.part, stubs.functionNotRun, run.now()))
    for (const part of deferredParts(results.takeDeferred())) {
      results.addPart(returnPart(part, stubs.functionNotRun, run.now()))
    }
    return undefined
  }
  yield* checkDeferrable(run, waiting, results)
  const requests = results.takeDeferred()
  if (requests === undefined) return undefined
  refuseDuplicates(
    deferredParts(requests),
    calls.map(({ part }) => part),
  )
  yield { kind: 'deferred-tool-requests', requests }
  const left = yield* handleHere(run, batch, requests)
  if (left === undefined) return undefined
  if (!run.config.output.allowsDeferred) {
    throw new UserError(
      `The tool call \`${deferredParts(left)[0]?.toolName}\` has to be approved or answered elsewhere. ` +
        'Add `deferredToolRequests` to `output`, or a capability with `handleDeferredToolCalls`.',
    )
  }
  return { output: left }
}

/** Whether there is anything to deal with. */
export function hasDeferred({ calls, results }: Batch): boolean {
  return results.hasDeferred || calls.some(isWaiting)
}

function isWaiting(call: BatchCall): call is FunctionCall {
  return (call.kind === 'external' || call.kind === 'unapproved') && call.resolution === undefined
}

function deferredParts(requests: DeferredToolRequests | undefined): readonly ToolCallPart[] {
  return requests === undefined ? [] : [...requests.calls, ...requests.approvals]
}

/** Results come by id, so no other call of the response may have the id of a deferred one.
 *  @throws {UnexpectedModelBehavior} */
export function refuseDuplicates(deferred: readonly ToolCallPart[], calls: readonly ToolCallPart[]): void {
  for (const { toolCallId } of deferred) {
    if (calls.filter(part => part.toolCallId === toolCallId).length === 1) continue
    throw new UnexpectedModelBehavior(
      `Two tool calls have the id \`${toolCallId}\`, one of them deferred: its result could not be told apart.`,
    )
  }
}

/** Lets capabilities answer requests, each seeing what the ones before it left; runs what they approved.
 *  Returns what nobody answered. */
async function* handleHere(
  run: Run,
  batch: Batch,
  requests: DeferredToolRequests,
): AsyncGenerator<AgentEvent, DeferredToolRequests | undefined> {
  const hooks = run.hooks.handleDeferredToolCalls
  if (hooks === undefined) return requests
  const answers = new Map<string, DeferredResolution>()
  let open: DeferredToolRequests | undefined = requests
  for (const hook of hooks) {
    if (open === undefined) break
    const given = await hook(run.context(), open)
    if (given === undefined) continue
    for (const [id, resolution] of resolutions(given)) {
      refuseUnasked(id, open)
      answers.set(id, resolution)
    }
    open = remaining(requests, answers)
  }
  if (answers.size === 0) return requests
  yield { kind: 'deferred-tool-results', results: resultsOf(answers) }
  const resolved = batch.calls.flatMap(call => {
    const resolution = answers.get(call.part.toolCallId)
    return resolution !== undefined && 'tool' in call ? [{ ...call, resolution }] : []
  })
  yield* runFunctionCalls(run, resolved, batch.results)
  return join(open, batch.results.takeDeferred())
}

/** @throws {UserError} */
function refuseUnasked(id: string, open: DeferredToolRequests): void {
  const ids = deferredParts(open).map(part => part.toolCallId)
  if (ids.includes(id)) return
  throw new UserError(
    `A \`handleDeferredToolCalls\` hook answered \`${id}\`, which is not among the calls it was given: ${ids.join(', ')}.`,
  )
}

function remaining(
  requests: DeferredToolRequests,
  answers: ReadonlyMap<string, DeferredResolution>,
): DeferredToolRequests | undefined {
  const isOpen = (part: ToolCallPart) => !answers.has(part.toolCallId)
  const calls = requests.calls.filter(isOpen)
  const approvals = requests.approvals.filter(isOpen)
  if (calls.length === 0 && approvals.length === 0) return undefined
  return { ...requests, calls, approvals }
}

function join(
  a: DeferredToolRequests | undefined,
  b: DeferredToolRequests | undefined,
): DeferredToolRequests | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return {
    kind: 'deferred-tool-requests',
    calls: [...a.calls, ...b.calls],
    approvals: [...a.approvals, ...b.approvals],
    metadata: { ...a.metadata, ...b.metadata },
  }
}

function resultsOf(answers: ReadonlyMap<string, DeferredResolution>): DeferredToolResults {
  const calls: [string, unknown][] = []
  const approvals: [string, NonNullable<DeferredToolResults['approvals']>[string]][] = []
  for (const [id, answer] of answers) {
    if (answer.kind === 'result') calls.push([id, answer.value])
    if (answer.kind === 'approved') approvals.push([id, { kind: 'tool-approved', overrideArgs: answer.overrideArgs }])
    if (answer.kind === 'denied') approvals.push([id, { kind: 'tool-denied', message: answer.message }])
  }
  return { calls: Object.fromEntries(calls), approvals: Object.fromEntries(approvals) }
}
