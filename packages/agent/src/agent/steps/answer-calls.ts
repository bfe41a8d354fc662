import type { AgentNode, CallToolsNode, EndNode, RunOutcome } from '../../capabilities/capability.ts'
import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import type { AgentEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { RequestPart, ToolReturnPart } from '../../messages/part.ts'
import { retryPart, returnPart } from '../../tools/call-result.ts'
import type { EndStrategy } from '../agent-config.ts'
import type { Run } from '../run.ts'
import {
  BatchResults,
  planBatch,
  type BatchCall,
  type FunctionCall,
  type OutputCall,
  type UnknownCall,
} from './batch.ts'
import { hasDeferred, refuseDuplicates, settleDeferred } from './deferred-calls.ts'
import { consumeOutputRetry } from './output-retry.ts'
import { stubs, tryOutputCall, type OutputAttempt } from './output-call.ts'
import type { ResponseContent } from './read-response.ts'
import { checkBudget, resultEvent, runFunctionCalls } from './run-function-calls.ts'
import { unknownKey } from './refuse-call.ts'
import { refreshTools } from './request-parameters.ts'
import { tryText } from './text-output.ts'

/** The output call that wins, and the part that tells the model so. */
export interface Winner {
  readonly outcome: RunOutcome
  readonly part: ToolReturnPart
}

/** The calls of a response, on their way through a strategy. */
export interface Batch {
  readonly calls: readonly BatchCall[]
  readonly results: BatchResults
}

type Strategy = (run: Run, batch: Batch) => AsyncGenerator<AgentEvent, Winner | undefined>

const strategies: Readonly<Record<EndStrategy, Strategy>> = { early, graceful, exhaustive }

/** Answers the tool calls of a response: ends the run with an output, with deferred calls, or asks the model again. */
export async function* answerCalls(
  run: Run,
  node: CallToolsNode,
  content: ResponseContent,
): AsyncGenerator<AgentEvent, AgentNode> {
  // a history may begin with calls: then no request has listed the tools yet
  if (run.step === 0) await refreshTools(run)
  const parts =
    node.results === undefined
      ? content.calls
      : content.calls.filter(call => node.results?.get(call.toolCallId)?.kind !== 'answered')
  if (node.results !== undefined) refuseDuplicates(content.calls, content.calls)
  if (node.results === undefined && isBroken(node.response)) return refuseBroken(run, node.response, content)
  const batch: Batch = { calls: planBatch(run, parts, node.results), results: new BatchResults() }
  if (batch.calls.every(isKnown)) run.unknownTools.succeed(unknownKey)

  const besides = run.config.endStrategy === 'early' ? await outputBesideCalls(run, batch, content) : undefined
  if (besides !== undefined) {
    yield* skipCalls(run, batch.calls, batch.results)
    return end(run, besides, batch.results.parts)
  }

  let winner: Winner | undefined
  let deferred: RunOutcome | undefined
  let finished = false
  try {
    winner = yield* strategies[run.config.endStrategy](run, batch)
    if (winner !== undefined && batch.results.retryAsked && run.config.endStrategy !== 'early') {
      batch.results.replace(winner.part, { ...winner.part, content: stubs.withdrawn })
      winner = undefined
    }
    if (hasDeferred(batch)) deferred = yield* settleDeferred(run, batch, winner)
    finished = true
  } finally {
    // also when whoever reads the events leaves
    if (!finished) keepFinished(run, batch.results)
  }
  if (winner !== undefined) return end(run, winner.outcome, batch.results.parts)
  if (deferred !== undefined) return end(run, deferred, batch.results.parts)
  return { kind: 'model-request', parts: withPrompt(run, batch.results.parts, node) }
}

/** Calls of a response that its provider filtered or found malformed may not be what the model meant: they do not run. */
function isBroken({ finishReason }: ModelResponse): boolean {
  return finishReason === 'error' || finishReason === 'content_filter'
}

function refuseBroken(run: Run, response: ModelResponse, content: ResponseContent): AgentNode {
  const why = `The response ended with \`${response.finishReason}\`: its tool calls were not executed.`
  consumeOutputRetry(run, new UnexpectedModelBehavior(why, { body: JSON.stringify(response) }))
  const message = `${why} Make the calls again if they are still needed.`
  return { kind: 'model-request', parts: content.calls.map(call => retryPart(call, message, run.now())) }
}

function withPrompt(run: Run, parts: readonly RequestPart[], { prompt }: CallToolsNode): readonly RequestPart[] {
  return prompt === undefined ? parts : [...parts, { kind: 'user-prompt', content: prompt, timestamp: run.now() }]
}

/** The run stops in the middle of a batch: results that exist stay in the history, marked as incomplete. */
function keepFinished(run: Run, results: BatchResults): void {
  if (results.parts.length > 0) run.append({ kind: 'request', parts: results.parts, state: 'interrupted' })
}

function end(run: Run, outcome: RunOutcome, parts: readonly RequestPart[]): EndNode {
  if (parts.length > 0) run.append({ kind: 'request', parts })
  return { kind: 'end', ...outcome }
}

/** Under `early`, an image or a text that validates ends the run although function calls stand beside it. */
async function outputBesideCalls(run: Run, batch: Batch, content: ResponseContent): Promise<RunOutcome | undefined> {
  const { output } = run.config
  if (!batch.calls.every(call => call.kind === 'function' || call.kind === 'unknown')) return undefined
  const image = output.allowsImage ? content.files.find(file => file.mediaType.startsWith('image/')) : undefined
  if (image !== undefined) return { output: image }
  if (content.text === '' || output.text?.kind !== 'json') return undefined
  return tryText(run, output.text, content.text)
}

async function* skipCalls(
  run: Run,
  calls: readonly BatchCall[],
  results: BatchResults,
): AsyncGenerator<AgentEvent, void> {
  for (const call of calls) {
    const part = returnPart(call.part, stubs.functionNotRun, run.now())
    results.addPart(part)
    yield { kind: 'function-tool-call', part: call.part }
    yield resultEvent({ part })
  }
}

const isKnown = (call: BatchCall): boolean => call.kind !== 'unknown'

const isFunctionCall = (call: BatchCall): call is FunctionCall | UnknownCall =>
  call.kind === 'function' || call.kind === 'unknown' || (isDeferrable(call) && call.resolution !== undefined)

const isDeferrable = (call: BatchCall): call is FunctionCall => call.kind === 'external' || call.kind === 'unapproved'

const isOutputCall = (call: BatchCall): call is OutputCall => call.kind === 'output'

/** Outputs first, one by one; once one succeeds nothing else runs. */
async function* early(run: Run, { calls, results }: Batch): AsyncGenerator<AgentEvent, Winner | undefined> {
  let winner: Winner | undefined
  for (const call of calls.filter(isOutputCall)) {
    const attempt = yield* takeOutput(run, call, winner)
    winner ??= attempt.winner
    results.addPart(attempt.part)
  }
  const functions = calls.filter(isFunctionCall)
  if (winner === undefined) yield* runFunctionCalls(run, functions, results)
  else yield* skipCalls(run, functions, results)
  return winner
}

/** In the order of the calls: function tools all run, outputs only until one succeeds. */
function graceful(run: Run, batch: Batch): AsyncGenerator<AgentEvent, Winner | undefined> {
  const { calls, results } = batch
  if (calls.some(isOutputCall)) return inTurn(run, batch)
  return runFunctionCalls(run, calls.filter(isFunctionCall), results)
}

async function* inTurn(run: Run, { calls, results }: Batch): AsyncGenerator<AgentEvent, Winner | undefined> {
  // all or nothing, also where an output divides the batch
  checkBudget(run, calls.filter(isFunctionCall))
  let winner: Winner | undefined
  let waiting: (FunctionCall | UnknownCall)[] = []
  for (const call of calls) {
    if (isFunctionCall(call)) waiting.push(call)
    if (!isOutputCall(call)) continue
    yield* runFunctionCalls(run, waiting, results)
    waiting = []
    const attempt = yield* takeOutput(run, call, winner)
    winner ??= attempt.winner
    results.addPart(attempt.part)
  }
  yield* runFunctionCalls(run, waiting, results)
  return winner
}

/** Tries an output unless another has won already. A failure past the budget ends the run. */
async function* takeOutput(
  run: Run,
  call: OutputCall,
  winner: Winner | undefined,
): AsyncGenerator<AgentEvent, OutputAttempt> {
  if (winner !== undefined) {
    const part = returnPart(call.part, stubs.outputNotUsed, run.now())
    yield { kind: 'output-tool-call', part: call.part }
    yield { kind: 'output-tool-result', part }
    return { part }
  }
  return yield* tryOutputCall(run, call, { pastBudget: 'throw' })
}

/** Everything runs: functions, then all outputs one by one. The first valid output, in the order of the calls, wins. */
async function* exhaustive(run: Run, { calls, results }: Batch): AsyncGenerator<AgentEvent, Winner | undefined> {
  let winner: Winner | undefined
  let failure: unknown
  const together = results.hold()
  try {
    yield* runFunctionCalls(run, calls.filter(isFunctionCall), results)
    for (const call of calls.filter(isOutputCall)) {
      const attempt = yield* tryOutputCall(run, call, { pastBudget: 'keep', isLoser: winner !== undefined })
      winner ??= attempt.winner
      failure ??= attempt.exhausted
      together.set(call.index, attempt)
    }
  } finally {
    results.addHeld(run.now())
  }
  if (winner === undefined && failure !== undefined) throw failure
  return winner
}
