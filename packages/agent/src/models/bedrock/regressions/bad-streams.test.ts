import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { block, reply, type Fault } from '@tenon/local-bedrock'
import { NodeHttp2Handler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelConnectionError, ModelTimeoutError, RunCancelled, StreamInterrupted, tool } from '../../../core.ts'
import { mapError } from '../errors.ts'
import type { BedrockProviderOptions } from '../provider.ts'
import { localKeys, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => void (endpoint = await startEndpoint()))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

const transports: Readonly<Record<string, () => BedrockProviderOptions>> = {
  'HTTP/1.1': () => ({}),
  'HTTP/2': () => ({ requestHandler: new NodeHttp2Handler() }),
  // without a handler of ours: the SDK's own choice, HTTP/2
  'a client of the user': () => ({
    client: new BedrockRuntimeClient({ endpoint: endpoint.server.url, region: 'us-east-1', credentials: localKeys }),
  }),
}

/** Two frames in, the answer has begun and is not over. */
const after = { events: 2 }
const text = 'Hello, here is an answer of some length with é🌍 in it.'

// What the AWS SDK does on a bad stream, row by row; where it says nothing at all, an agent still has to.
describe.each(Object.entries(transports))('an agent whose stream goes bad, over %s', (_, connect) => {
  /** A run whose stream meets the fault, read by `read`. */
  function start(fault: Fault, { signal, idleTimeoutMs }: { signal?: AbortSignal; idleTimeoutMs?: number } = {}) {
    endpoint.server.faults.next(fault)
    endpoint.responder.push(text)
    const model = endpoint.model(undefined, {
      connect: { ...connect(), ...(idleTimeoutMs !== undefined && { idleTimeoutMs }) },
    })
    return { model, stream: agent({ model }).stream('Hello', { signal }) }
  }

  async function endOf(stream: ReturnType<typeof start>['stream']) {
    let thrown: unknown
    try {
      for await (const event of stream) void event
    } catch (error) {
      thrown = error
    }
    // however the events are read, the result says the same
    const failure: unknown = await stream.result.then(
      () => undefined,
      (error: unknown) => error,
    )
    return { thrown, failure, attempts: endpoint.server.log.length }
  }

  async function expectInterrupted(fault: Fault): Promise<void> {
    const { failure, attempts } = await endOf(start(fault).stream)
    expect(failure).toBeInstanceOf(StreamInterrupted)
    const { response } = failure as StreamInterrupted
    expect(response.state).toBe('interrupted')
    expect(attempts).toBe(1)
  }

  it('row 1: a clean close without messageStop is StreamInterrupted', () => expectInterrupted({ after, do: 'end' }))
  it('row 2: a destroyed connection is StreamInterrupted', () => expectInterrupted({ after, do: 'destroy' }))
  it('row 3: a frame cut in the middle is StreamInterrupted', () =>
    expectInterrupted({ after: { bytes: 300 }, do: 'end' }))
  it('row 4: a flipped bit is StreamInterrupted', () => expectInterrupted({ corruptByte: 150 }))

  it('row 5: a throttling frame is StreamInterrupted, with the throttle as its cause', async () => {
    const { failure, attempts } = await endOf(
      start({ after, do: { exception: 'throttlingException', message: 'slow down' } }).stream,
    )
    expect(failure).toBeInstanceOf(StreamInterrupted)
    expect((failure as Error).cause).toMatchObject({ status: 429, isRetryable: true })
    expect(attempts).toBe(1)
  })

  it('row 6: unknown events and slices of 7 bytes through characters change nothing', async () => {
    const { stream } = start({ unknownEvents: true, unknownKeys: true, chunkBytes: 7 })
    for await (const event of stream) void event
    expect(await stream.output).toBe(text)
  })

  it('row 7: a stall is ModelTimeoutError, and the connection is closed', async () => {
    const { failure } = await endOf(start({ after, do: 'stall' }, { idleTimeoutMs: 150 }).stream)
    expect(failure).toBeInstanceOf(ModelTimeoutError)
    expect(failure).toMatchObject({ which: 'idle', timeoutMs: 150 })
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
  })

  it('row 8: an aborted signal ends the run with its reason, and the connection is closed', async () => {
    const controller = new AbortController()
    const { stream } = start({ after, do: 'stall' }, { signal: controller.signal })
    const reason = new Error('enough')
    const ending = endOf(stream)
    await endpoint.server.log.waitFor(entry => entry.eventsSent === 2)
    controller.abort(reason)
    const { failure } = await ending
    expect(failure).toBeInstanceOf(RunCancelled)
    expect(failure).toMatchObject({ cause: reason })
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
  })

  it('row 9: leaving the loop, or calling return(), closes the connection', async () => {
    const left = start({ after: { events: 4 }, do: 'stall' }).stream
    for await (const event of left) if (event.kind === 'part-start') break
    await expect(left.result).rejects.toBeInstanceOf(RunCancelled)
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
    endpoint.server.log.clear()
    const returned = start({ after: { events: 4 }, do: 'stall' }).stream
    const iterator = returned[Symbol.asyncIterator]()
    await iterator.next()
    await iterator.return?.()
    await expect(returned.result).rejects.toBeInstanceOf(RunCancelled)
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
  })

  it('row 10: a provider that is closed while a stream is read ends it, and the connection is closed', async () => {
    const { model, stream } = start({ after, do: 'stall' })
    const ending = endOf(stream)
    await endpoint.server.log.waitFor(entry => entry.eventsSent === 2)
    model.provider.close()
    const { failure } = await ending
    expect(failure).toBeInstanceOf(ModelConnectionError)
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
    // and is as good as new
    endpoint.server.faults.clear()
    endpoint.responder.push('again')
    expect((await agent({ model }).run('Hello')).output).toBe('again')
    expect(model.provider.running.size).toBe(0)
  })
})

describe('tool calls in an answer that goes bad', () => {
  const start = (toolUseId: string) => ({
    contentBlockStart: { contentBlockIndex: 0, start: { toolUse: { name: 'act', toolUseId } } },
  })
  const piece = (input: string) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input } } } })
  const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
  // what has arrived is a JSON object after the first piece, and after the second, and at the end
  const events = [
    { messageStart: { role: 'assistant' } },
    start('t1'),
    piece('{"a":1}'),
    piece(' '),
    piece('\n'),
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason: 'tool_use' } },
    { metadata: { usage, metrics: { latencyMs: 1 } } },
  ] as Parameters<typeof reply.events>[0]

  function actor() {
    const ran: unknown[] = []
    const act = tool({ name: 'act', input: z.object({ a: z.number() }), run: input => void ran.push(input) })
    return { ran, act, model: endpoint.model(undefined, { connect: { maxAttempts: 1 } }) }
  }

  it('R12: arguments that could be parsed early run no tool before the answer is over', async () => {
    for (let count = 1; count <= events.length; count++) {
      endpoint.server.faults.next({ after: { events: count }, do: 'end' })
      const isWhole = count >= events.length - 1
      endpoint.responder.push(reply.events(events), ...(isWhole ? ['done'] : []))
      const { ran, act, model } = actor()
      const stream = agent({ model, tools: [act] }).stream('go')
      const output: unknown = await stream.output.catch((error: unknown) => error)
      expect(ran, `${count} events`).toEqual(isWhole ? [{ a: 1 }] : [])
      if (isWhole) expect(output).toBe('done')
      else expect(output).toBeInstanceOf(StreamInterrupted)
    }
  })

  it.each(['content_filtered', 'guardrail_intervened', 'malformed_model_output', 'malformed_tool_use'])(
    'R13 R57: a call in an answer that stopped with %s is not executed, streamed or whole',
    async stopReason => {
      const { ran, act, model } = actor()
      const broken = reply.blocks([block.toolUse('act', { a: 1 }, 't1')], { stopReason })
      endpoint.responder.push(broken, 'done', broken, 'done')
      expect((await agent({ model, tools: [act] }).run('go')).output).toBe('done')
      expect(await agent({ model, tools: [act] }).stream('go').output).toBe('done')
      expect(ran).toEqual([])
    },
  )

  it('R13: a call cut by the token limit is not executed', async () => {
    const { ran, act, model } = actor()
    endpoint.responder.push(
      reply.events(
        events.flatMap(event => {
          const kept = event as { contentBlockDelta?: object; messageStop?: object }
          if (kept.messageStop !== undefined) return [{ messageStop: { stopReason: 'max_tokens' } }]
          return kept.contentBlockDelta === undefined ? [event] : [piece('{"a":')]
        }) as typeof events,
      ),
    )
    await expect(agent({ model, tools: [act], retries: 0 }).stream('go').result).rejects.toMatchObject({
      code: 'incomplete_tool_call',
    })
    expect(ran).toEqual([])
  })
})

describe('what an interrupted answer keeps', () => {
  it('R4: the usage that was reported, although the model never said why it stopped', async () => {
    endpoint.responder.push(
      reply.events([
        { messageStart: { role: 'assistant' } },
        { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi' } } },
        { metadata: { usage: { inputTokens: 7, outputTokens: 2, totalTokens: 9 }, metrics: { latencyMs: 1 } } },
      ]),
    )
    const stream = agent({ model: endpoint.model() }).stream('Hello')
    const error: unknown = await stream.result.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StreamInterrupted)
    expect((error as StreamInterrupted).response).toMatchObject({
      parts: [{ kind: 'text', content: 'Hi' }],
      usage: { inputTokens: 7, outputTokens: 2 },
    })
  })

  it('R26: a reader that leaves gives the connection back, and the agent goes on', async () => {
    const model = endpoint.model(undefined, { connect: { maxConnections: 1 } })
    const talker = agent({ model })
    for (let round = 0; round < 3; round++) {
      endpoint.responder.push('a b c d e f g')
      for await (const event of talker.stream('Hello')) if (event.kind === 'part-start') break
    }
    endpoint.responder.push('still here')
    expect((await talker.run('Hello')).output).toBe('still here')
  })
})

describe('the transport', () => {
  it('R6: HTTP/1.1 with one connection kept alive is the default, HTTP/2 a choice', async () => {
    const model = endpoint.model()
    for (let round = 0; round < 3; round++) {
      endpoint.responder.push('Hi')
      await agent({ model }).run('Hello')
    }
    expect(endpoint.server.log.map(entry => entry.httpVersion)).toEqual(['1.1', '1.1', '1.1'])
    expect(endpoint.server.log.map(entry => entry.headers['connection'])).toEqual(Array(3).fill('keep-alive'))
    endpoint.responder.push('Hi')
    const other = endpoint.model(undefined, { connect: { requestHandler: new NodeHttp2Handler() } })
    await agent({ model: other }).run('Hello')
    expect(endpoint.server.log.at(-1)!.httpVersion).toBe('2')
  })

  it('R6: a proxy that drops HTTP/2 is a ModelConnectionError that says where', async () => {
    const error = mapError(new Error('Unexpected error: http2 request did not get a response'), {
      modelName: 'm',
      baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
    })
    expect(error).toBeInstanceOf(ModelConnectionError)
    expect(error.message).toContain('bedrock-runtime.us-east-1')
  })
})
