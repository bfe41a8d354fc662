import type { ModelResponse } from '../../src/messages/message.ts'
import { FallbackModel, type FallbackOn } from '../../src/models/wrap/fallback-model.ts'
import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { ModelRecord, RecordedCall, WireRecord } from '../provider-case.ts'
import { callModel } from '../providers/call-model.ts'
import { readCall } from '../providers/read-call.ts'
import { compareResult } from '../wire/compare-call.ts'
import { describe } from '../wire/errors.ts'
import { writeMessage } from '../wire/messages.ts'
import { ChildModel } from './child-model.ts'
import { readFallbackScript } from './fallback-script.ts'
import { reviveError } from './revive-error.ts'

/** Calls of one fallback model: its members answer what was recorded of them, in order. Checked is what the wrapper asks
 *  of each, when it goes on, and what it makes of their answers. */
export async function checkFallbackCalls(
  calls: readonly RecordedCall[],
  all: readonly RecordedCall[],
): Promise<readonly Difference[]> {
  const [first] = calls
  if (first === undefined) return []
  const children = all.filter(child => calls.some(call => call.id === child.parent))
  const members = createMembers(first.model.models ?? [], children)
  const model = new FallbackModel(members, { fallbackOn: decisionsOf(calls, children) })

  const differences: Difference[] = []
  for (const recorded of calls) {
    const done = await callModel(model, readCall(recorded.input), recorded)
    const options = { bindings: new Bindings(), nullIsAbsent: true }
    const place = `call ${recorded.id}`
    differences.push(...compareResult(asOurs(recorded, done.result), done, options, { ours: '', recorded: '' }, place))
  }
  const unasked = members.flatMap(member => member.unasked())
  return [
    ...compare(first.model.model_name, model.modelName, { bindings: new Bindings() }, 'model_name'),
    ...differences,
    ...members.flatMap(member => member.differences),
    ...unasked.map(({ id }) => ({ path: `call ${id}`, expected: 'asked', actual: 'not asked' })),
  ]
}

/** Two notes are set at another moment here. Which member paused: before the streamed result is handed out; the next call of
 *  the recording was given it, and has to reach that member. That a call is of a tool the framework knows: when the member's
 *  answer comes, not when the loop receives it. */
function asOurs(recorded: RecordedCall, ours: ModelResponse | undefined): RecordedCall {
  const { result } = recorded
  if (!result || ours === undefined) return recorded
  const written = writeMessage(ours)
  const isEarlyPin = recorded.method === 'request_stream' && result.state === 'suspended' && result.metadata === null
  const kinds = ((written.parts ?? []) as WireRecord[]).map(part => part.tool_kind)
  const parts = ((result.parts ?? []) as WireRecord[]).map((part, index) =>
    part.tool_kind === null && recorded.method === 'request' ? { ...part, tool_kind: kinds[index] } : part,
  )
  return { ...recorded, result: { ...result, parts, ...(isEarlyPin && { metadata: written.metadata }) } }
}

/** Members of one name draw on the same recorded calls: nothing else tells them apart. */
function createMembers(records: readonly ModelRecord[], children: readonly RecordedCall[]): ChildModel[] {
  const queues = new Map<string, RecordedCall[]>()
  for (const child of children) {
    const key = child.model.model_name
    queues.set(key, [...(queues.get(key) ?? []), child])
  }
  return records.map(record => new ChildModel(record, queues.get(record.model_name) ?? []))
}

/** The recorded wrapper's options, where its decisions are not the default ones. */
function decisionsOf(calls: readonly RecordedCall[], children: readonly RecordedCall[]): FallbackOn {
  const script = readFallbackScript(calls, children)
  if (!script.isCustom) return {}
  const errors = children.flatMap(child => (child.error && script.errorTypes.has(child.error.type) ? [child] : []))
  const wentOnAfter = new Set(errors.map(child => describe(reviveError(child.error!, child.model)).split('\n')[0]))
  const rejected = children.filter(child => script.rejected.has(child.id)).map(child => child.result)
  return {
    error: error => error instanceof Error && wentOnAfter.has(describe(error).split('\n')[0]),
    response: response => rejected.some(result => compare(result, writeMessage(response), loose()).length === 0),
  }
}

function loose() {
  return { bindings: new Bindings(), nullIsAbsent: true }
}
