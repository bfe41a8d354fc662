import { isRecord } from '../compare/compare.ts'
import type { WireRecord } from '../provider-case.ts'

/** What a tool return says of a function call that was never run. */
const skipNotice = 'Tool not executed - a final result was already processed.'

/** Our events without those of function calls that were skipped: a call event that was not validated and the result that
 *  says so. Ours tells watchers of such calls, which would else look unfinished; the recorded loop keeps silent.
 *  Only a complete pair is taken out. */
export function withoutSkippedCalls(events: readonly WireRecord[]): WireRecord[] {
  const skipped = new Set(events.filter(isSkipResult).map(callIdOf))
  return events.filter(event => !(isSkipResult(event) || (isUncheckedCall(event) && skipped.has(callIdOf(event)))))
}

function isSkipResult(event: WireRecord): boolean {
  return event.event_kind === 'function_tool_result' && isRecord(event.part) && event.part.content === skipNotice
}

function isUncheckedCall(event: WireRecord): boolean {
  return event.event_kind === 'function_tool_call' && event.args_valid === null
}

function callIdOf(event: WireRecord): unknown {
  return isRecord(event.part) ? event.part.tool_call_id : undefined
}
