import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { block, reply, type Fault } from '@tenon/local-bedrock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ModelConnectionError, ModelTimeoutError, StreamInterrupted } from '../../../errors/model-error.ts'
import { ModelHttpError } from '../../../errors/model-http-error.ts'
import { streamModel } from '../../call-model.ts'
import { isContextOverflow } from '../errors.ts'
import { BedrockProvider, type BedrockProviderOptions } from '../provider.ts'
import { callOf, drain, textOf, weather } from '../test-support/calls.ts'
import { localKeys, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => void (endpoint = await startEndpoint()))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

const transports = {
  'HTTP/1.1': (): BedrockProviderOptions => ({}),
  'HTTP/2': (): BedrockProviderOptions => ({
    client: new BedrockRuntimeClient({ endpoint: endpoint.server.url, region: 'us-east-1', credentials: localKeys }),
  }),
}

async function streamWith(fault: Fault, connect: BedrockProviderOptions) {
  endpoint.server.faults.next(fault)
  endpoint.responder.push('Hello, here is an answer of some length.')
  return drain(await streamModel(endpoint.model(undefined, { connect }), callOf()))
}

// messageStart, contentBlockDelta …: two frames in, the answer has begun and is not over
const after = { events: 2 }

describe.each(Object.keys(transports) as (keyof typeof transports)[])(
  'over %s a stream never ends silently early',
  transport => {
    const connect = () => transports[transport]()

    it.each([
      ['a clean close without messageStop', { after, do: 'end' }],
      ['a destroyed connection', { after, do: 'destroy' }],
      ['a reset', { after, do: 'reset' }],
      ['a frame cut in the middle', { after: { bytes: 300 }, do: 'end' }],
      ['a flipped bit', { corruptByte: 150 }],
      ['an exception frame', { after, do: { exception: 'throttlingException', message: 'slow down' } }],
    ] as const)('R2 R3 R4: %s is StreamInterrupted with what had arrived', async (_, fault) => {
      const { error, response } = await streamWith(fault, connect())
      expect(error).toBeInstanceOf(StreamInterrupted)
      expect(response.state).toBe('interrupted')
      expect((error as StreamInterrupted).response.state).toBe('interrupted')
      expect((error as StreamInterrupted).response.parts).toEqual(response.parts)
    })

    it('R65: a conversation that is too long is told as such, also when the stream has begun', async () => {
      const message = 'Input Tokens Exceeded: Number of input tokens exceeds maximum length.'
      const refusal = { after: { events: 1 }, do: { exception: 'validationException', message } } as const
      const { error } = await streamWith(refusal, connect())
      expect(error).toBeInstanceOf(StreamInterrupted)
      expect(isContextOverflow(error)).toBe(true)
      const { error: other } = await streamWith({ after, do: 'end' }, connect())
      expect(isContextOverflow(other)).toBe(false)
    })

    it('R5: a stall is a typed timeout, and the connection is closed', async () => {
      const { error } = await streamWith({ after, do: 'stall' }, { ...connect(), idleTimeoutMs: 150 })
      expect(error).toBeInstanceOf(ModelTimeoutError)
      expect(error).toMatchObject({ which: 'idle', timeoutMs: 150 })
      await endpoint.server.log.waitFor(entry => entry.closedByClient)
    })

    it('R8: unknown events, keys and small slices through characters change nothing', async () => {
      endpoint.server.faults.next({ unknownEvents: true, unknownKeys: true, chunkBytes: 7 })
      endpoint.responder.push('é🌍 ünïcödé 日本語')
      const { error, response } = await drain(
        await streamModel(endpoint.model(undefined, { connect: connect() }), callOf()),
      )
      expect(error).toBeUndefined()
      expect(textOf(response)).toBe('é🌍 ünïcödé 日本語')
    })

    it('R7: aborting the signal throws its reason and closes the connection within 200 ms', async () => {
      endpoint.server.faults.next({ after, do: 'stall' })
      endpoint.responder.push('Hello, here is an answer of some length.')
      const controller = new AbortController()
      const stream = await streamModel(
        endpoint.model(undefined, { connect: connect() }),
        callOf({ signal: controller.signal }),
      )
      const reason = new Error('enough')
      setTimeout(() => controller.abort(reason), 30)
      const { error } = await drain(stream)
      const abortedAt = Date.now()
      expect(error).toBe(reason)
      const entry = await endpoint.server.log.waitFor(({ closedByClient }) => closedByClient)
      expect(entry.closedByClientAt! - abortedAt).toBeLessThan(200)
    })

    it('R7: leaving the loop closes the connection and keeps what arrived', async () => {
      endpoint.server.faults.next({ after: { events: 4 }, do: 'stall' })
      endpoint.responder.push('Hello, here is an answer of some length.')
      const controller = new AbortController()
      const stream = await streamModel(
        endpoint.model(undefined, { connect: connect() }),
        callOf({ signal: controller.signal }),
      )
      for await (const event of stream) if (event.kind === 'part-start') break
      await endpoint.server.log.waitFor(entry => entry.closedByClient)
      expect(stream.response().state).toBe('interrupted')
      expect(stream.response().parts).toHaveLength(1)
    })

    it('R26: cancelling twice, or after the end, does no harm', async () => {
      endpoint.responder.push('Hi')
      const stream = await streamModel(endpoint.model(undefined, { connect: connect() }), callOf())
      await drain(stream)
      await stream.cancel()
      await stream.cancel()
      expect(stream.response().state).toBe('complete')
    })
  },
)

it('R5: every wait has an end unless it is switched off', () => {
  const { timeouts } = new BedrockProvider()
  for (const limit of Object.values(timeouts)) expect(limit).toBeGreaterThan(0)
  expect(new BedrockProvider({ idleTimeoutMs: 0 }).timeouts).toEqual({ ...timeouts, idleTimeoutMs: 0 })
})

describe('errors at the very start of a stream are errors of the request', () => {
  it('R1 R24: a throttle as first frame is a retryable ModelHttpError of status 429', async () => {
    endpoint.server.faults.next({
      after: { events: 0 },
      do: { exception: 'throttlingException', message: 'Too many requests' },
    })
    endpoint.responder.push('x')
    const model = endpoint.model(undefined, { connect: { maxAttempts: 1 } })
    const error: unknown = await streamModel(model, callOf()).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ModelHttpError)
    expect(error).toMatchObject({ status: 429, isRetryable: true })
  })

  it.each([
    ['internalServerException', 500, true],
    ['modelStreamErrorException', 424, false],
    ['validationException', 400, false],
    ['throttlingException', 429, true],
    ['serviceUnavailableException', 503, true],
  ])('R1 R24: %s inside a stream is a typed cause with status %i', async (exception, status, isRetryable) => {
    const { error } = await streamWith({ after, do: { exception, message: 'why' } }, {})
    expect(error).toBeInstanceOf(StreamInterrupted)
    const { cause } = error as StreamInterrupted
    expect(cause).toBeInstanceOf(ModelHttpError)
    expect(cause).toMatchObject({ status, isRetryable })
  })

  it('a connection that dies before the answer is a ModelConnectionError', async () => {
    endpoint.server.faults.always({ do: 'destroy' })
    const error: unknown = await streamModel(
      endpoint.model(undefined, { connect: { maxAttempts: 1 } }),
      callOf(),
    ).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ModelConnectionError)
  })
})

describe('a recorded answer cut at every byte', () => {
  const answer = reply.blocks([
    block.reasoning('Hm', 'sig'),
    block.text('é🌍!'),
    block.toolUse('weather', { city: 'Ōsaka' }, 't1'),
  ])

  it('R2 R12: is complete or interrupted, and no cut tool call looks whole', { timeout: 120_000 }, async () => {
    const model = endpoint.model(undefined, { connect: { maxAttempts: 1 } })
    const call = callOf({ parameters: { functionTools: [weather] } })
    endpoint.responder.push(answer)
    const whole = await drain(await streamModel(model, call))
    expect(whole.error).toBeUndefined()
    const { bytesSent } = endpoint.server.log[0]!
    let complete = 0
    for (let bytes = 0; bytes < bytesSent; bytes++) {
      endpoint.server.log.clear()
      endpoint.server.faults.next({ after: { bytes }, do: bytes % 2 === 0 ? 'end' : 'destroy' })
      endpoint.responder.push(answer)
      const opened = await streamModel(model, call).catch((error: unknown) => ({ error }))
      if ('error' in opened) {
        expect(
          [ModelConnectionError, StreamInterrupted].some(kind => opened.error instanceof kind),
          `${bytes}: ${String(opened.error)}`,
        ).toBe(true)
        continue
      }
      const { error, response, events } = await drain(opened)
      if (error === undefined) {
        complete++
        expect(response.parts).toEqual(whole.response.parts)
        expect(response.state).toBe('complete')
      } else {
        expect(error, `cut after ${bytes} bytes`).toBeInstanceOf(StreamInterrupted)
        expect(response.state).toBe('interrupted')
        expect(events.some(event => event.kind === 'part-end' && event.part.kind === 'tool-call')).toBe(false)
      }
    }
    // only a cut on the frame border after messageStop leaves a whole answer
    expect(complete).toBeLessThanOrEqual(2)
  })

  it('R14: keeps characters whole wherever the bytes are split', async () => {
    const text = 'é🌍𝒳 ünïcödé 日本語 \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}'
    const model = endpoint.model()
    for (let chunkBytes = 1; chunkBytes <= 64; chunkBytes++) {
      endpoint.server.faults.next({ chunkBytes })
      endpoint.responder.push(text)
      const { response, error } = await drain(await streamModel(model, callOf()))
      expect(error).toBeUndefined()
      expect(textOf(response)).toBe(text)
    }
  }, 60_000)
})
