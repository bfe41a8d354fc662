import { request as httpRequest } from 'node:http'
import { connect } from 'node:http2'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { reply, startLocalBedrock } from './index.ts'
import type { LocalBedrock } from './index.ts'

const path = '/model/amazon.nova-pro-v1%3A0/converse-stream'
const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] })

/** Bytes of the body that arrive, however the connection ends. */
const receivedBy: { [protocol: string]: (server: LocalBedrock) => Promise<Buffer> } = {
  'HTTP/1.1': server =>
    new Promise(resolve => {
      const chunks: Buffer[] = []
      const done = () => resolve(Buffer.concat(chunks))
      const request = httpRequest(`${server.url}${path}`, { method: 'POST', headers }, response => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => {})
        response.on('close', done)
      })
      request.on('error', done)
      request.end(body)
    }),
  'HTTP/2': server =>
    new Promise(resolve => {
      const chunks: Buffer[] = []
      const session = connect(server.url)
      session.on('error', () => {})
      const stream = session.request({ ...headers, ':path': path, ':method': 'POST' })
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => {})
      stream.on('close', () => {
        session.destroy()
        resolve(Buffer.concat(chunks))
      })
      stream.end(body)
    }),
}

describe.each(Object.entries(receivedBy))('a body cut at every byte, over %s', (_protocol, receive) => {
  let server: LocalBedrock
  let whole: Buffer
  beforeAll(async () => {
    server = await startLocalBedrock({ responder: () => reply.text('é🌍', { metrics: { latencyMs: 1 } }) })
    whole = await receive(server)
  })
  afterAll(() => server.close())

  it('is the same every time', async () => {
    expect(whole.length).toBeGreaterThan(400)
    expect(await receive(server)).toEqual(whole)
  })

  it.each(['end', 'destroy'] as const)('arrives up to exactly that byte (%s)', async action => {
    for (let bytes = 0; bytes < whole.length; bytes++) {
      server.faults.next({ after: { bytes }, do: action })
      const received = await receive(server)
      expect(received.equals(whole.subarray(0, bytes)), `${received.length} bytes instead of ${bytes}`).toBe(true)
    }
  })
})
