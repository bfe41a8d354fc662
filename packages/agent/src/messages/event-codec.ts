import { isPlainObject, type JsonObject } from '../util/json.ts'
import { messagesToWire, readMessage } from './codec.ts'
import { readUserPrompt, writeToolContent, writeUserPrompt } from './content-codec.ts'
import type { UserPrompt } from './content.ts'
import {
  deferredToolRequestsToWire,
  deferredToolResultsToWire,
  readDeferredToolRequests,
  readDeferredToolResults,
} from './deferred-codec.ts'
import type { DeferredToolRequests } from './deferred.ts'
import type {
  AgentEvent,
  AgentRunResultEvent,
  DeferredToolRequestsEvent,
  DeferredToolResultsEvent,
  EnqueuedMessagesEvent,
  FinalResultEvent,
  FunctionToolCallEvent,
  FunctionToolResultEvent,
  OutputToolCallEvent,
  OutputToolResultEvent,
  PartDelta,
  PartDeltaEvent,
  PartEndEvent,
  PartStartEvent,
  TextPartDelta,
  ThinkingPartDelta,
  ToolAvailabilityDeltaEvent,
  ToolCallPartDelta,
} from './event.ts'
import { readPart, writePart } from './part-codec.ts'
import type { Part, RequestPart, ResponsePart } from './part.ts'
import {
  choice,
  list,
  nested,
  number,
  optionalBoolean,
  optionalObject,
  optionalText,
  required,
  text,
} from './wire-fields.ts'
import {
  mismatch,
  readRecord,
  reportMismatch,
  unknownKind,
  wireRecord,
  writeRecord,
  type WireField,
  type WireFields,
  type WireRecord,
} from './wire-record.ts'

const noPosition = { message: 0, part: 0 }

const partKinds = [
  'text',
  'thinking',
  'tool-call',
  'builtin-tool-call',
  'builtin-tool-return',
  'file',
  'compaction',
  'speech',
] as const satisfies readonly ResponsePart['kind'][]

const responsePart: WireField<ResponsePart> = {
  wire: 'part',
  required: true,
  read: value => readPart(value, 'response', noPosition),
  write: value => writePart(value, {}),
}

/** A part of one of these kinds. */
function partOf<K extends Part['kind']>(
  of: 'request' | 'response',
  ...kinds: K[]
): WireField<Extract<Part, { kind: K }>> {
  return {
    wire: 'part',
    required: true,
    read(value) {
      const part: Part =
        of === 'request' ? readPart(value, 'request', noPosition) : readPart(value, 'response', noPosition)
      if (!kinds.some(kind => kind === part.kind)) throw unknownKind('part_kind', part.kind, kinds)
      return part as Extract<Part, { kind: K }>
    },
    write: value => writePart(value as RequestPart, {}),
  }
}

const provider = { providerName: optionalText('provider_name'), providerDetails: optionalObject('provider_details') }

function delta<T extends PartDelta>(kind: T['kind'], wireKind: string, fields: WireFields<T>): WireRecord<T> {
  return wireRecord(fields, { kind, wireKind, kindKey: 'part_delta_kind', keepsExtra: false })
}

const argsDelta: WireField<string | JsonObject | undefined> = {
  wire: 'args_delta',
  read(value) {
    if (typeof value !== 'string' && !isPlainObject(value)) throw mismatch('text or an object', value)
    return value as string | JsonObject
  },
  write: value => value ?? null,
}

const deltas = {
  text: delta<TextPartDelta>('text', 'text', { contentDelta: text('content_delta'), ...provider }),
  thinking: delta<ThinkingPartDelta>('thinking', 'thinking', {
    contentDelta: optionalText('content_delta'),
    signatureDelta: optionalText('signature_delta'),
    ...provider,
  }),
  'tool-call': delta<ToolCallPartDelta>('tool-call', 'tool_call', {
    toolNameDelta: optionalText('tool_name_delta'),
    argsDelta,
    toolCallId: optionalText('tool_call_id'),
    ...provider,
  }),
} satisfies { [K in PartDelta['kind']]: WireRecord<Extract<PartDelta, { kind: K }>> }

const deltasByWireKind = new Map<unknown, WireRecord<never>>(
  Object.values(deltas).map(record => [record.wireKind, record as WireRecord<never>]),
)

const partDelta: WireField<PartDelta> = {
  wire: 'delta',
  required: true,
  read(value) {
    if (!isPlainObject(value)) throw mismatch('an object', value)
    const kind = value['part_delta_kind']
    const record = deltasByWireKind.get(kind)
    if (record === undefined) throw unknownKind('part_delta_kind', kind, deltasByWireKind.keys() as Iterable<string>)
    return readRecord<PartDelta>(record, value)
  },
  write: value => writeRecord(deltas[value.kind] as WireRecord<PartDelta>, value, {}),
}

const output: WireField<unknown> = {
  wire: 'output',
  readsNull: true,
  read: value => value,
  write: value => (isDeferredToolRequests(value) ? deferredToolRequestsToWire(value) : writeToolContent(value, {})),
}

function isDeferredToolRequests(value: unknown): value is DeferredToolRequests {
  return isPlainObject(value) && value['kind'] === 'deferred-tool-requests' && 'approvals' in value
}

function event<T extends AgentEvent>(kind: T['kind'], fields: WireFields<T>): WireRecord<T> {
  return wireRecord(fields, { kind, wireKind: kind.replaceAll('-', '_'), kindKey: 'event_kind', keepsExtra: false })
}

const callFields = { part: partOf('response', 'tool-call'), argsValid: optionalBoolean('args_valid') }
const resultPart = partOf('request', 'tool-return', 'retry-prompt')
const resultContent = nested<UserPrompt>('content', readUserPrompt, value => writeUserPrompt(value, {}))

const events: { readonly [K in AgentEvent['kind']]: WireRecord<Extract<AgentEvent, { kind: K }>> } = {
  'part-start': event<PartStartEvent>('part-start', {
    index: number('index'),
    part: responsePart,
    previousPartKind: choice('previous_part_kind', partKinds),
  }),
  'part-delta': event<PartDeltaEvent>('part-delta', { index: number('index'), delta: partDelta }),
  'part-end': event<PartEndEvent>('part-end', {
    index: number('index'),
    part: responsePart,
    nextPartKind: choice('next_part_kind', partKinds),
  }),
  'final-result': event<FinalResultEvent>('final-result', {
    toolName: optionalText('tool_name'),
    toolCallId: optionalText('tool_call_id'),
  }),
  'function-tool-call': event<FunctionToolCallEvent>('function-tool-call', callFields),
  'output-tool-call': event<OutputToolCallEvent>('output-tool-call', callFields),
  'function-tool-result': event<FunctionToolResultEvent>('function-tool-result', {
    part: resultPart,
    content: resultContent,
  }),
  'output-tool-result': event<OutputToolResultEvent>('output-tool-result', { part: resultPart }),
  'tool-availability-delta': event<ToolAvailabilityDeltaEvent>('tool-availability-delta', {
    part: partOf('request', 'tool-availability-delta'),
  }),
  'deferred-tool-requests': event<DeferredToolRequestsEvent>('deferred-tool-requests', {
    requests: required(nested('requests', readDeferredToolRequests, deferredToolRequestsToWire)),
  }),
  'deferred-tool-results': event<DeferredToolResultsEvent>('deferred-tool-results', {
    results: required(nested('results', readDeferredToolResults, deferredToolResultsToWire)),
  }),
  'enqueued-messages': event<EnqueuedMessagesEvent>('enqueued-messages', {
    enqueueId: text('enqueue_id'),
    messages: list('messages', {
      read: value => readMessage(value, 0),
      write: message => messagesToWire([message])[0],
    }),
  }),
  'agent-run-result': event<AgentRunResultEvent>('agent-run-result', { output }),
}

const byWireKind = new Map<unknown, WireRecord<never>>(
  Object.values(events).map(record => [record.wireKind, record as WireRecord<never>]),
)

/** An event as JSON in the wire format, for a client in another process or language.
 *  The output of `agent-run-result` is written as plain JSON.
 *
 *  @throws {UserError} for a value JSON cannot hold
 *  @example for await (const event of agent.stream('Hello')) socket.send(JSON.stringify(eventToWire(event))) */
export function eventToWire(value: AgentEvent): Record<string, unknown> {
  return reportMismatch('event', () => writeRecord(events[value.kind] as WireRecord<AgentEvent>, value, {}))
}

/** Reads an event from the wire format. The output of an `agent-run-result` stays the plain JSON it is.
 *
 *  @throws {UserError} when something does not fit, with the path and the value */
export function eventFromWire(wire: unknown): AgentEvent {
  return reportMismatch('event', () => {
    if (!isPlainObject(wire)) throw mismatch('an object', wire)
    const record = byWireKind.get(wire['event_kind'])
    if (record === undefined) throw unknownKind('event_kind', wire['event_kind'], byWireKind.keys() as Iterable<string>)
    return readRecord<AgentEvent>(record, wire)
  })
}
