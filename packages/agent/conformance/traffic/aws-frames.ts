import { EventStreamCodec } from '@smithy/core/event-streams'
import type { AwsEvent } from '../provider-case.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const codec = new EventStreamCodec(
  bytes => decoder.decode(bytes as Uint8Array),
  text => encoder.encode(text),
)

/** The frames of an AWS event stream, from its decoded events. */
export function encodeAwsEvents(events: readonly AwsEvent[]): Buffer {
  return Buffer.concat(events.map(encodeFrame))
}

function encodeFrame(event: AwsEvent): Uint8Array {
  const isException = event.type === 'exception'
  const name = (isException ? event.exception : event.event) ?? event.event ?? ''
  return codec.encode({
    headers: {
      ':message-type': text(isException ? 'exception' : 'event'),
      [isException ? ':exception-type' : ':event-type']: text(name),
      ':content-type': text('application/json'),
    },
    body: encoder.encode(JSON.stringify(event.payload)),
  })
}

function text(value: string) {
  return { type: 'string', value } as const
}
