import { UserError } from '../errors/user-error.ts'
import { emptyUsage, type RequestUsage } from '../usage/usage.ts'
import { isPlainObject } from '../util/json.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import { readPart, writePart, type PartPosition } from './part-codec.ts'
import type { Part } from './part.ts'
import { readUsage, writeUsage } from './usage-codec.ts'
import { choice, optionalObject, optionalText, timestamp } from './wire-fields.ts'
import {
  mismatch,
  readRecord,
  reportMismatch,
  unknownKind,
  within,
  wireRecord,
  writeRecord,
  type WireField,
  type WireOptions,
} from './wire-record.ts'

export type { WireOptions } from './wire-record.ts'

function parts<TPart extends Part>(
  read: (value: unknown, position: PartPosition) => TPart,
): WireField<readonly TPart[]> {
  return {
    wire: 'parts',
    required: true,
    read(value, message) {
      if (!Array.isArray(value)) throw mismatch('an array', value)
      return value.map((item, part) => within(part, () => read(item, { message, part })))
    },
    write: (values, _, options) => values.map((value, index) => within(index, () => writePart(value, options))),
  }
}

const requestRecord = wireRecord<ModelRequest>(
  {
    parts: parts((value, position) => readPart(value, 'request', position)),
    timestamp: timestamp('timestamp', 'null'),
    instructions: optionalText('instructions'),
    runId: optionalText('run_id'),
    conversationId: optionalText('conversation_id'),
    metadata: optionalObject('metadata'),
    state: choice('state', ['complete', 'interrupted'], 'complete'),
  },
  { kind: 'request', kindBefore: 'runId' },
)

/** Missing usage is no usage; null is an error. */
const usage: WireField<RequestUsage> = {
  wire: 'usage',
  readsNull: true,
  read: readUsage,
  write: (value, _, options) => writeUsage(value, options),
}

const responseRecord = wireRecord<ModelResponse>(
  {
    parts: parts((value, position) => readPart(value, 'response', position)),
    usage,
    modelName: optionalText('model_name'),
    timestamp: timestamp('timestamp'),
    providerName: optionalText('provider_name'),
    providerUrl: optionalText('provider_url'),
    providerDetails: optionalObject('provider_details', ['vendor_details']),
    providerResponseId: optionalText('provider_response_id', ['vendor_id']),
    finishReason: choice('finish_reason', ['stop', 'length', 'content_filter', 'tool_call', 'error']),
    runId: optionalText('run_id'),
    conversationId: optionalText('conversation_id'),
    metadata: optionalObject('metadata'),
    state: choice('state', ['complete', 'incomplete', 'suspended', 'interrupted'], 'complete'),
  },
  { kind: 'response', kindBefore: 'providerName' },
)

/** Messages as plain JSON in the wire format, which Pydantic AI reads and writes too. Does not change the messages;
 *  large values are shared, not copied.
 *
 *  @throws {UserError} for a value JSON cannot hold, with the path to it */
export function messagesToWire(messages: readonly ModelMessage[], options: WireOptions = {}): unknown[] {
  return reportMismatch('messages', () =>
    messages.map((message, index) => within(index, () => writeMessage(message, options))),
  )
}

/** Reads messages from the wire format. Missing optional keys are fine, unknown keys are kept in `extra`,
 *  and reading the same JSON twice gives the same messages. Shares values with `wire`.
 *
 *  @throws {UserError} when something does not fit, with the path and the value */
export function messagesFromWire(wire: unknown): ModelMessage[] {
  return reportMismatch('messages', () => {
    if (!Array.isArray(wire)) throw mismatch('an array', wire)
    return wire.map((message, index) => within(index, () => readMessage(message, index)))
  })
}

/** @example await writeFile('chat.json', messagesToJson(result.messages)) */
export function messagesToJson(messages: readonly ModelMessage[], options: WireOptions = {}): string {
  return JSON.stringify(messagesToWire(messages, options))
}

/** @throws {UserError} when the text is not JSON, or not of messages
 *  @example agent.run('And now?', { messageHistory: messagesFromJson(text) }) */
export function messagesFromJson(json: string): ModelMessage[] {
  return messagesFromWire(parseJson(json))
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new UserError(`The messages are not JSON: ${(cause as Error).message}.`, { cause })
  }
}

/** One message; see `messagesToWire`. */
function writeMessage(message: ModelMessage, options: WireOptions): unknown {
  return message.kind === 'request'
    ? writeRecord(requestRecord, message, options)
    : writeRecord(responseRecord, message, options)
}

/** One message; see `messagesFromWire`. @param index its place in the history */
export function readMessage(wire: unknown, index: number): ModelMessage {
  if (!isPlainObject(wire)) throw mismatch('an object', wire)
  switch (wire['kind']) {
    case 'request':
      return readRecord(requestRecord, wire, index)
    case 'response': {
      const response = readRecord(responseRecord, wire, index)
      return response.usage === undefined ? { ...response, usage: emptyUsage } : response
    }
    default:
      throw unknownKind('kind', wire['kind'], ['request', 'response'])
  }
}
