import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { beforeEach, describe, expect, it } from 'vitest'
import { block, reply, startLocalBedrock } from './index.ts'
import type { LocalBedrock } from './index.ts'
import { clientFor, readStream, serverFor, transports } from './test-support/clients.ts'

const modelId = 'amazon.nova-pro-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]
const answer = reply.text('one two three four five 🌍 six')
const fullText = 'one two three four five 🌍 six'

describe.each(transports)('faults over $transport', ({ transport, handler }) => {
  let server: LocalBedrock
  let client: BedrockRuntimeClient

  beforeEach(async () => {
    server = await serverFor({ responder: () => answer })
    client = clientFor(server, handler())
  })

  const converse = () => client.send(new ConverseCommand({ modelId, messages }))
  const read = (abortSignal?: AbortSignal) =>
    readStream(() => client.send(new ConverseStreamCommand({ modelId, messages }), { abortSignal }))

  it.each([
    ['ThrottlingException', 429, 3],
    ['ModelNotReadyException', 429, 3],
    ['InternalServerException', 500, 3],
    ['ServiceUnavailableException', 503, 3],
    ['ModelTimeoutException', 408, 1],
    ['ModelErrorException', 424, 1],
    ['ValidationException', 400, 1],
    ['AccessDeniedException', 403, 1],
    ['ResourceNotFoundException', 404, 1],
  ])('answers %s with status %i, which the SDK tries %i times', async (type, status, attempts) => {
    server.faults.always({ error: { type, message: 'scripted', fields: { originalStatusCode: 418 } } })
    const error = await converse().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: type, message: 'scripted', $metadata: { httpStatusCode: status, attempts } })
    expect(server.log).toHaveLength(attempts)
    expect(server.log.map(entry => entry.attempt)).toEqual([1, 2, 3].slice(0, attempts))
    expect(new Set(server.log.map(entry => entry.invocationId)).size).toBe(1)
  })

  it('sends Retry-After, and the next attempt succeeds', async () => {
    server.faults.next({ error: { type: 'ThrottlingException', retryAfterSeconds: 1 } })
    const result = await converse()
    expect(result.output?.message?.content?.[0]?.text).toBe(fullText)
    expect(server.log.map(entry => entry.status)).toEqual([429, 200])
    expect(server.log[1]!.receivedAt - server.log[0]!.receivedAt).toBeGreaterThan(900)
  })

  it.each([
    'internalServerException',
    'modelStreamErrorException',
    'validationException',
    'throttlingException',
    'serviceUnavailableException',
  ])('raises %s inside the stream', async exception => {
    server.faults.next({ after: { events: 3 }, do: { exception, message: 'mid-stream' } })
    const { error, text, isStopped } = await read()
    expect(error).toMatchObject({ message: 'mid-stream' })
    expect(error?.name.toLowerCase()).toBe(exception.toLowerCase())
    expect(text).toBe('one two')
    expect(isStopped).toBe(false)
    expect(server.log[0]).toMatchObject({ status: 200, errorType: exception, eventsSent: 4, closedByClient: false })
  })

  it('raises an exception no client knows', async () => {
    server.faults.next({ after: { events: 2 }, do: { exception: 'brandNewException', message: 'new' } })
    const { error } = await read()
    expect(error).toBeInstanceOf(Error)
  })

  it('ends cleanly without messageStop', async () => {
    server.faults.next({ after: { events: 3 }, do: 'end' })
    const { error, text, isStopped } = await read()
    // the SDK sees nothing wrong: that is the point of this fault
    expect({ error, text, isStopped }).toEqual({ error: undefined, text: 'one two', isStopped: false })
  })

  it('destroys the connection after good frames', async () => {
    server.faults.next({ after: { events: 3 }, do: 'destroy' })
    const { error, text, isStopped } = await read()
    expect(isStopped).toBe(false)
    expect(text).toBe('one two')
    if (transport === 'HTTP/1.1') expect(error?.message).toBe('aborted')
    expect(server.log[0]?.closedByClient).toBe(false)
    expect((await converse()).stopReason).toBe('end_turn')
  })

  it('resets the stream', async () => {
    server.faults.next({ after: { events: 3 }, do: 'reset' })
    const { error, isStopped } = await read()
    expect(isStopped).toBe(false)
    expect(error).toBeInstanceOf(Error)
    expect((await converse()).stopReason).toBe('end_turn')
  })

  it('destroys the connection before any answer', async () => {
    server.faults.always({ do: 'destroy' })
    await expect(converse()).rejects.toThrow()
    expect(server.log.length).toBeGreaterThanOrEqual(1)
    expect(server.log.every(entry => entry.status === undefined)).toBe(true)
  })

  it('cuts a frame in the middle', async () => {
    server.faults.next({ after: { bytes: 340 }, do: 'end' })
    const { error, isStopped } = await read()
    expect(error?.message).toContain('Truncated event message received')
    expect(isStopped).toBe(false)
    expect(server.log[0]?.bytesSent).toBe(340)
  })

  it('cuts a Converse body', async () => {
    server.faults.next({ after: { bytes: 20 }, do: 'end' })
    await expect(converse()).rejects.toThrow()
    expect(server.log[0]?.bytesSent).toBe(20)
  })

  it('flips one bit, which breaks the checksum', async () => {
    server.faults.next({ corruptByte: 250 })
    const { error, isStopped } = await read()
    expect(error?.message).toMatch(/checksum/i)
    expect(isStopped).toBe(false)
  })

  it('stalls until the client aborts, and sees the client leave', async () => {
    server.faults.next({ after: { events: 2 }, do: 'stall' })
    const controller = new AbortController()
    const reading = read(controller.signal)
    await server.log.waitFor(entry => entry.eventsSent === 2)
    expect(server.log[0]?.closedByClient).toBe(false)
    controller.abort()
    const entry = await server.log.waitFor(seen => seen.closedByClient)
    expect(entry.closedByClientAt).toBeGreaterThanOrEqual(entry.receivedAt)
    expect((await reading).isStopped).toBe(false)
  })

  it('stalls before the first byte', async () => {
    server.faults.next({ firstByteDelayMs: Infinity })
    const controller = new AbortController()
    const reading = read(controller.signal)
    await server.log.waitFor(entry => entry.auth !== undefined)
    controller.abort()
    expect((await reading).error?.name).toBe('AbortError')
    const entry = await server.log.waitFor(seen => seen.closedByClient)
    expect(entry.status).toBeUndefined()
  })

  it('is slow with the first byte, then normal', async () => {
    server.faults.next({ firstByteDelayMs: 60 })
    expect((await read()).text).toBe(fullText)
    expect(server.log[0]!.firstByteAt! - server.log[0]!.receivedAt).toBeGreaterThanOrEqual(55)
  })

  it('slices frames and code points at any size', async () => {
    for (const chunkBytes of [1, 2, 3, 7, 64]) {
      server.faults.next({ chunkBytes })
      const { text, isStopped, error } = await read()
      expect({ text, isStopped, error }).toEqual({ text: fullText, isStopped: true, error: undefined })
    }
  })

  it('trickles', async () => {
    server.faults.next({ chunkDelayMs: 5 })
    expect((await read()).text).toBe(fullText)
    const { receivedAt, endedAt, eventsSent } = server.log[0]!
    expect(endedAt! - receivedAt).toBeGreaterThanOrEqual(eventsSent * 4)
  })

  it('sends events, deltas and keys of a later API', async () => {
    server.faults.next({ unknownEvents: true, unknownKeys: true })
    const { text, isStopped, error, events } = await read()
    expect({ text, isStopped, error }).toEqual({ text: fullText, isStopped: true, error: undefined })
    expect(events.filter(event => event.contentBlockDelta?.delta?.$unknown)).toHaveLength(1)
    server.faults.next({ unknownKeys: true })
    expect((await converse()).output?.message?.content?.[0]?.text).toBe(fullText)
  })

  it('gives two calls one id', async () => {
    const calls = [block.toolUse('a', {}, 'first'), block.toolUse('b', {}, 'second')]
    const twice = await serverFor({ responder: () => reply.blocks(calls) })
    const other = clientFor(twice, handler())
    twice.faults.always({ duplicateToolUseIds: true })
    const whole = await other.send(new ConverseCommand({ modelId, messages }))
    expect(whole.output?.message?.content?.map(item => item.toolUse?.toolUseId)).toEqual(['first', 'first'])
    const { stream } = await other.send(new ConverseStreamCommand({ modelId, messages }))
    const ids: unknown[] = []
    for await (const event of stream ?? []) {
      if (event.contentBlockStart) ids.push(event.contentBlockStart.start?.toolUse?.toolUseId)
    }
    expect(ids).toEqual(['first', 'first'])
  })

  it('lets a script rewrite, drop and add events', async () => {
    server.faults.next({
      transform: event =>
        event['metadata'] ? [] : event['messageStop'] ? { messageStop: { stopReason: 'novel_reason' } } : event,
    })
    const { events } = await read()
    expect(events.at(-1)).toMatchObject({ messageStop: { stopReason: 'novel_reason' } })
  })

  it('applies a fault to the route and the request that was named', async () => {
    server.faults.add(
      { error: { type: 'ValidationException', message: 'only streams' } },
      { operation: 'converse-stream' },
    )
    expect((await converse()).stopReason).toBe('end_turn')
    expect((await read()).error?.message).toBe('only streams')
    server.faults.add(
      { error: { type: 'ModelErrorException' } },
      { when: entry => entry.modelId === 'other', times: 2 },
    )
    expect((await converse()).stopReason).toBe('end_turn')
    expect(server.faults.pending).toBe(1)
    server.faults.clear()
    expect(server.faults.pending).toBe(0)
  })
})

describe('closing', () => {
  it('ends stalled streams at once and leaves nothing behind', async () => {
    const server = await startLocalBedrock({ responder: () => answer })
    const clients = transports.map(({ handler }) => clientFor(server, { maxAttempts: 1, ...handler() }))
    server.faults.always({ after: { events: 1 }, do: 'stall' })
    const reading = clients.map(async client => {
      const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }))
      for await (const event of stream ?? []) void event
    })
    const settled = Promise.allSettled(reading)
    await server.log.waitFor(() => server.log.length === 2 && server.log.every(entry => entry.eventsSent === 1))
    const waiting = server.log.waitFor(() => false, 60_000)
    const began = Date.now()
    await server.close()
    expect(Date.now() - began).toBeLessThan(1000)
    await expect(waiting).rejects.toThrow('the server was closed')
    await settled
    expect(server.log.every(entry => !entry.closedByClient)).toBe(true)
    clients.forEach(client => client.destroy())
    const sockets = () => process.getActiveResourcesInfo().filter(name => name.startsWith('TCP'))
    await expect.poll(sockets).toEqual([])
  })
})
