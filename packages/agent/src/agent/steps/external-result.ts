import type { ModelRetryResult, ToolFailedResult } from '../../messages/deferred.ts'
import type { RetryPromptPart } from '../../messages/part.ts'
import { callResult, retryPart, returnPart, type CallResult } from '../../tools/call-result.ts'
import { isPlainObject } from '../../util/json.ts'
import type { Run } from '../run.ts'
import type { FunctionCall } from './batch.ts'

type Marked = ModelRetryResult | ToolFailedResult | RetryPromptPart

const readers: {
  readonly [K in Marked['kind']]: (run: Run, call: FunctionCall, value: Extract<Marked, { kind: K }>) => CallResult
} = {
  'model-retry': (run, call, value) => ({ part: retryPart(call.part, value.message, run.now()) }),
  'tool-failed': (run, call, value) => ({ part: returnPart(call.part, value.message, run.now(), 'failed') }),
  'retry-prompt': (run, call, value) => ({ part: retryPart(call.part, value.content, value.timestamp ?? run.now()) }),
}

/** A result made elsewhere as a part of the history: a plain value, or one of the marked forms. */
export function externalResult(run: Run, call: FunctionCall, value: unknown): CallResult {
  if (isPlainObject(value) && typeof value['kind'] === 'string' && Object.hasOwn(readers, value['kind'])) {
    const marked = value as unknown as Marked
    const read = readers[marked.kind] as (run: Run, call: FunctionCall, value: Marked) => CallResult
    const result = read(run, call, marked)
    if (result.part.kind === 'retry-prompt') run.toolRetries.fail(call.part.toolName)
    return result
  }
  return callResult(call.part, value, run.now())
}
