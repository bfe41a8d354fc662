import { EventStreamCodec } from '@smithy/core/event-streams'
import type { MessageHeaders } from '@smithy/core/event-streams'
import { toWireJson } from './wire.ts'
import type { JsonObject, StreamEvent } from './wire.ts'

export const eventStreamContentType = 'application/vnd.amazon.eventstream'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const codec = new EventStreamCodec(
  bytes => (typeof bytes === 'string' ? bytes : decoder.decode(bytes)),
  text => encoder.encode(text),
)

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** The service pads every event with a key `p` of varying length so that frame sizes do not reveal token sizes.
 *  Here the length follows from the position in the stream: same answer, same bytes. */
const padding = (index: number): string => alphabet.slice(0, 1 + ((index * 17) % alphabet.length))

const header = (value: string) => ({ type: 'string' as const, value })

function frame(headers: MessageHeaders, payload: JsonObject): Uint8Array {
  return codec.encode({ headers, body: encoder.encode(toWireJson(payload)) })
}

/** One event as a binary frame with both checksums.
 *  @param index position in the stream, from 0; sets the padding */
export function encodeEvent(event: StreamEvent, index: number): Uint8Array {
  const [type, payload] = Object.entries(event)[0] ?? ['unknown', {}]
  return frame(
    { ':event-type': header(type), ':content-type': header('application/json'), ':message-type': header('event') },
    { ...payload, p: padding(index) },
  )
}

/** An exception inside a stream that began with status 200, for example `modelStreamErrorException`. */
export function encodeException(type: string, payload: JsonObject): Uint8Array {
  return frame(
    {
      ':exception-type': header(type),
      ':content-type': header('application/json'),
      ':message-type': header('exception'),
    },
    payload,
  )
}
