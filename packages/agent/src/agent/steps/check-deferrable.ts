import type { AgentEvent } from '../../messages/event.ts'
import type { CallResult } from '../../tools/call-result.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall } from './batch.ts'
import { askAgain } from './refuse-call.ts'
import { resultEvent, validateArgs } from './run-function-calls.ts'
import { refusalContent } from './process-output.ts'
import { deferBySignal, failedResult } from './settle-call.ts'

/** Announces calls that wait for an approval or run elsewhere. Arguments of calls to be approved are validated first,
 *  so that nobody is asked about a call that cannot run. */
export async function* checkDeferrable(
  run: Run,
  calls: readonly FunctionCall[],
  results: BatchResults,
): AsyncGenerator<AgentEvent, void> {
  const refused = new Map<number, CallResult>()
  for (const call of calls) {
    if (call.kind === 'external') {
      yield { kind: 'function-tool-call', part: call.part, argsValid: true }
      results.defer('call', call.part, undefined)
      continue
    }
    const result = await checkArgs(run, call, results)
    yield { kind: 'function-tool-call', part: call.part, argsValid: result === undefined }
    if (result === undefined) continue
    refused.set(call.index, result)
    yield resultEvent(result)
  }
  if (refused.size > 0) results.addGroup(refused, run.now())
}

/** Puts the call off, or gives the refusal of its arguments. */
async function checkArgs(run: Run, call: FunctionCall, batch: BatchResults): Promise<CallResult | undefined> {
  try {
    await validateArgs(run, call)
    batch.defer('approval', call.part, undefined)
    return undefined
  } catch (error) {
    if (deferBySignal(error, call.part, batch)) return undefined
    const failed = failedResult(error, call.part, run.now())
    if (failed !== undefined) return failed
    const content = refusalContent(error)
    if (content === undefined) throw error
    return { part: askAgain(run, call, { content, cause: error, batch }) }
  }
}
