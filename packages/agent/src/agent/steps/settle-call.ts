import { RunCancelled } from '../../errors/run-error.ts'
import { isSignal } from '../../errors/signals.ts'
import type { ToolCallPart } from '../../messages/part.ts'
import { callResult, returnPart, type CallResult } from '../../tools/call-result.ts'
import { executeCall } from '../../tools/execute-call.ts'
import { isPromiseLike } from '../../util/json.ts'
import type { CallFacts } from '../run-context.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall } from './batch.ts'
import { refusalContent } from './process-output.ts'
import { askAgain } from './refuse-call.ts'

/** How a call ended: with a result, put off, or with an error that ends the run. */
export type Ending =
  | { readonly kind: 'result'; readonly result: CallResult; readonly succeeded?: boolean }
  | { readonly kind: 'deferred' }
  | { readonly kind: 'error'; readonly error: unknown }

interface Settling {
  readonly args: unknown
  readonly batch: BatchResults
  readonly signal: AbortSignal | undefined
}

/** Runs one call and says how it ended; never throws. */
export async function settleCall(run: Run, call: FunctionCall, { args, batch, signal }: Settling): Promise<Ending> {
  const { part, tool } = call
  try {
    const pending = executeCall(run.hooks, run.config.effects, {
      tool,
      part,
      args,
      context: own => run.context(callFacts(run, call, own ?? signal)),
      timeoutMs: tool.definition.timeoutMs ?? run.config.toolTimeoutMs,
      step: () => run.effect(`tool-call:${run.step}:${part.toolCallId}:${call.index}`),
    })
    const value = isPromiseLike(pending) ? await pending : pending
    return { kind: 'result', result: callResult(part, value, run.now()), succeeded: true }
  } catch (error) {
    return endingOf(run, call, { error, batch })
  }
}

function endingOf(run: Run, call: FunctionCall, { error, batch }: { error: unknown; batch: BatchResults }): Ending {
  const { part } = call
  try {
    const failed = failedResult(error, part, run.now())
    if (failed !== undefined) return { kind: 'result', result: failed }
    if (deferBySignal(error, part, batch)) return { kind: 'deferred' }
    const content = refusalContent(error)
    if (content !== undefined) {
      return { kind: 'result', result: { part: askAgain(run, call, { content, cause: error, batch }) } }
    }
    if (RunCancelled.is(error) && !run.isCancelled) {
      const message = `The sub-agent run was cancelled: ${error.message}`
      return { kind: 'result', result: { part: returnPart(part, message, run.now(), 'failed') } }
    }
    return { kind: 'error', error }
  } catch (exhausted) {
    return { kind: 'error', error: exhausted }
  }
}

/** Puts a call off when that is what was thrown: by the tool, by a check of its arguments or by a hook. */
export function deferBySignal(error: unknown, part: ToolCallPart, batch: BatchResults): boolean {
  if (!isSignal(error, 'call-deferred') && !isSignal(error, 'approval-required')) return false
  batch.defer(error.kind === 'call-deferred' ? 'call' : 'approval', part, error.metadata)
  return true
}

/** The result of a call whose tool, or the check of its arguments, says that it failed for good. */
export function failedResult(error: unknown, part: ToolCallPart, timestamp: string): CallResult | undefined {
  return isSignal(error, 'tool-failed') ? { part: returnPart(part, error.message, timestamp, 'failed') } : undefined
}

export function callFacts(run: Run, call: FunctionCall, signal?: AbortSignal): CallFacts {
  const { part, tool, resolution } = call
  const approved = resolution?.kind === 'approved'
  return {
    toolName: part.toolName,
    toolCallId: part.toolCallId,
    retry: run.toolRetries.of(part.toolName),
    maxRetries: tool.maxRetries ?? run.config.retries.tools,
    approved,
    metadata: approved ? resolution.metadata : undefined,
    signal,
  }
}
