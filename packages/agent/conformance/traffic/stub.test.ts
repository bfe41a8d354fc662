import { EventStreamCodec } from '@smithy/core/event-streams'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeAwsEvents } from './aws-frames.ts'
import { HttpStub } from './http-stub.ts'

describe('HttpStub', () => {
  let stub: HttpStub
  beforeAll(async () => {
    stub = await HttpStub.start()
  })
  afterAll(() => stub.close())

  const json = (status: number, value: unknown) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: { json: value },
  })

  it('answers in order and remembers what was asked', async () => {
    stub.play([json(200, { a: 1 }), json(404, { b: 2 })])
    const first = await fetch(`${stub.url}/one?x=1`, { method: 'POST', body: 'hello' })
    const second = await fetch(`${stub.url}/two`)
    const third = await fetch(`${stub.url}/three`)
    expect([first.status, await first.json(), second.status, third.status]).toEqual([200, { a: 1 }, 404, 418])
    expect(stub.seen.map(request => `${request.method} ${request.path} ${request.body.toString()}`)).toEqual([
      'POST /one?x=1 hello',
      'GET /two ',
      'GET /three ',
    ])
  })

  it('sends recorded bytes as they are', async () => {
    stub.play([{ status: 200, headers: { 'content-length': '999' }, body: { base64: 'AAEC/w==' } }])
    const response = await fetch(stub.url)
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([0, 1, 2, 255])
  })
})

describe('encodeAwsEvents', () => {
  it('makes frames a decoder reads back', () => {
    const frame = encodeAwsEvents([{ type: 'event', event: 'messageStop', payload: { stopReason: 'end_turn' } }])
    const codec = new EventStreamCodec(
      bytes => Buffer.from(bytes as Uint8Array).toString(),
      text => Buffer.from(text),
    )
    const message = codec.decode(frame)
    expect(message.headers[':event-type']?.value).toBe('messageStop')
    expect(JSON.parse(Buffer.from(message.body).toString())).toEqual({ stopReason: 'end_turn' })
  })
})
