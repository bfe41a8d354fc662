import type { Fault } from './faults.ts'
import { isJsonObject } from './wire.ts'
import type { JsonObject, StreamEvent } from './wire.ts'

const unknownEvent: StreamEvent = { localFutureEvent: { note: 'an event of a later API version' } }

/** The faults that change which events are sent, applied to the events of an answer. */
export async function* faultyEvents(
  events: Iterable<StreamEvent> | AsyncIterable<StreamEvent>,
  fault: Fault,
): AsyncGenerator<StreamEvent> {
  const sameId = sameToolUseId()
  let index = 0
  for await (const original of events) {
    let batch: StreamEvent[] = [fault.duplicateToolUseIds ? sameId(original) : original]
    if (fault.unknownKeys) batch = batch.flatMap(withUnknownKeys)
    if (fault.unknownEvents) batch = batch.flatMap(withUnknownEvents)
    if (fault.transform) batch = batch.flatMap(event => [fault.transform!(event, index++)].flat())
    yield* batch
  }
}

/** The same for a body that is not a stream. */
export function faultyBody(body: JsonObject, fault: Fault): JsonObject {
  if (!fault.duplicateToolUseIds && !fault.unknownKeys) return body
  const sameId = sameToolUseId()
  const message = (body['output'] as { message?: { content?: JsonObject[] } } | undefined)?.message
  const content = (message?.content ?? []).map(item => (fault.duplicateToolUseIds ? sameId({ item })['item']! : item))
  if (!fault.unknownKeys) return { ...body, output: { message: { ...message, content } } }
  const more: JsonObject[] = [...content, { localFutureBlock: { value: 1 } }]
  return { ...body, localFutureKey: 1, output: { message: { ...message, content: more, localFutureKey: 1 } } }
}

/** Replaces every tool use id by the first one seen. */
function sameToolUseId(): (event: StreamEvent) => StreamEvent {
  let first: unknown
  const rewrite = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rewrite)
    if (!isJsonObject(value)) return value
    const entries = Object.entries(value).map(([key, item]) => {
      if (key === 'toolUseId') first ??= item
      return [key, key === 'toolUseId' ? first : rewrite(item)]
    })
    return Object.fromEntries(entries)
  }
  return event => rewrite(event) as StreamEvent
}

function withUnknownEvents(event: StreamEvent): StreamEvent[] {
  if (event['messageStart'] || event['metadata']) return [event, unknownEvent]
  return [event]
}

function withUnknownKeys(event: StreamEvent): StreamEvent[] {
  const [type, payload] = Object.entries(event)[0] ?? ['', {}]
  const changed: StreamEvent = { [type]: { ...payload, localFutureKey: { nested: true } } }
  if (type !== 'contentBlockStop') return [changed]
  const index = payload?.['contentBlockIndex']
  return [{ contentBlockDelta: { contentBlockIndex: index, delta: { localFutureDelta: { value: 1 } } } }, changed]
}
