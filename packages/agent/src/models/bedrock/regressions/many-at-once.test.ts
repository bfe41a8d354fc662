import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { getEventListeners } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { block, reply } from '@tenon/local-bedrock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, RunCancelled, tool } from '../../../core.ts'
import { documentUrl } from '../../../messages/user-content.ts'
import { requestModel, streamModel } from '../../call-model.ts'
import { callOf, drain, textOf, userTurn } from '../test-support/calls.ts'
import { localKeys, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await startEndpoint({
    // answers with what it was asked, in the end by a tool
    responder(request) {
      const last = request.messages.at(-1)!.content
      const text = last.map(each => each.text ?? '').join('')
      const result = last.find(each => each.toolResult !== undefined)?.toolResult
      if (result !== undefined) return reply.text(`got ${String(result.content[0]!.text)}`)
      return request.toolConfig === undefined
        ? reply.text(`you said ${text}`)
        : reply.blocks([block.toolUse('echo', { text }, `call_${text}`)])
    },
  })
})
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

const echo = tool({ name: 'echo', input: z.object({ text: z.string() }), run: ({ text }) => text })

describe('one model, many at once', () => {
  it('100 runs share a provider and mix nothing up', async () => {
    let asked = 0
    const model = endpoint.model(undefined, {
      connect: {
        credentials: () => {
          asked++
          return Promise.resolve({ ...localKeys, expiration: new Date(Date.now() + 3_600_000) })
        },
      },
    })
    const { signal } = new AbortController()
    const echoing = agent({ model, tools: [echo] })
    const runs = Array.from({ length: 100 }, async (_, index) => {
      if (index % 2 === 0) return (await echoing.run(`n${index}`, { signal })).output
      return await echoing.stream(`n${index}`, { signal }).output
    })
    expect(await Promise.all(runs)).toEqual(runs.map((_, index) => `got n${index}`))
    expect(endpoint.server.log).toHaveLength(200)
    expect(asked).toBe(1)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    expect(model.provider.running.size).toBe(0)
  }, 60_000)

  it('two streams that are read in turns keep their parts apart', async () => {
    const model = endpoint.model()
    const long = (letter: string) => callOf({ messages: [userTurn(`${letter} `.repeat(50))] })
    const [a, b] = await Promise.all([streamModel(model, long('a')), streamModel(model, long('b'))])
    const readers = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()]
    const isDone = [false, false]
    while (isDone.includes(false)) {
      for (const [index, reader] of readers.entries())
        if (!isDone[index]) isDone[index] = (await reader.next()).done === true
    }
    expect(textOf(a.response())).toBe(`you said ${'a '.repeat(50)}`)
    expect(textOf(b.response())).toBe(`you said ${'b '.repeat(50)}`)
  })

  it('a stream that is cancelled does not touch the one beside it', async () => {
    const model = endpoint.model()
    endpoint.server.faults.next({ after: { events: 4 }, do: 'stall' })
    const left = await streamModel(model, callOf())
    const kept = await streamModel(model, callOf())
    for await (const _ of left) break
    expect(textOf((await drain(kept)).response)).toBe('you said Hello')
  })
})

describe('a client that was destroyed', () => {
  it('of ours: the next request makes another', async () => {
    const model = endpoint.model()
    await requestModel(model, callOf())
    model.provider.client!.destroy()
    expect(textOf(await requestModel(model, callOf()))).toBe('you said Hello')
    model.provider.close()
    expect(textOf(await requestModel(model, callOf()))).toBe('you said Hello')
    model.provider.close()
  })

  it('of the user: works on, or fails with an error of ours, and never hangs', async () => {
    const client = new BedrockRuntimeClient({
      endpoint: endpoint.server.url,
      region: 'us-east-1',
      credentials: localKeys,
      maxAttempts: 1,
    })
    const model = endpoint.model(undefined, { connect: { client, firstByteTimeoutMs: 5000 } })
    await requestModel(model, callOf())
    client.destroy()
    const after = await requestModel(model, callOf()).catch((error: unknown) => error)
    if (after instanceof Error) expect(after).toMatchObject({ code: 'model_connection_error' })
    else expect(textOf(after as never)).toBe('you said Hello')
    client.destroy()
  })
})

describe('an abort, wherever the request is', () => {
  const reason = new Error('enough')
  const never = () => new Promise<never>(() => {})

  async function aborted(work: (signal: AbortSignal) => Promise<unknown>) {
    const controller = new AbortController()
    const start = performance.now()
    setTimeout(() => controller.abort(reason), 30)
    const error = await work(controller.signal).catch((caught: unknown) => caught)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    return { error, ms: performance.now() - start }
  }

  it.each([
    ['credentials that never come', { credentials: never }],
    ['a client that is never made', { clientConfig: { region: never as never }, region: undefined }],
  ])('%s', async (_, connect) => {
    const model = endpoint.model(undefined, { connect })
    for (const call of [requestModel, streamModel]) {
      const { error, ms } = await aborted(signal => call(model, callOf({ signal })))
      expect(error).toBe(reason)
      expect(ms).toBeLessThan(5000)
    }
    expect(model.provider.running.size).toBe(0)
    model.provider.close()
  })

  it('a server that takes the connection and says nothing', async () => {
    const silent = createServer(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const model = endpoint.model(undefined, { connect: { baseUrl: `http://127.0.0.1:${port}` } })
    for (const call of [requestModel, streamModel]) {
      const { error, ms } = await aborted(signal => call(model, callOf({ signal })))
      expect(error).toBe(reason)
      expect(ms).toBeLessThan(5000)
    }
    silent.close()
  })

  it('a file that is never fetched', async () => {
    const model = endpoint.model(undefined, { connect: { fetchFile: { fetch: never, allowLocal: true } } })
    const messages = [userTurn(['Read', documentUrl('http://127.0.0.1:1/a.pdf')])]
    const { error, ms } = await aborted(signal => requestModel(model, callOf({ messages, signal })))
    expect(error).toBe(reason)
    expect(ms).toBeLessThan(5000)
  })

  it('at any moment of a run with a tool: cancelled or done, nothing left, the connection closed', async () => {
    const model = endpoint.model()
    for (let delay = 0; delay < 40; delay++) {
      endpoint.server.log.clear()
      endpoint.server.faults.clear()
      endpoint.server.faults.always({ chunkBytes: 64, chunkDelayMs: 1 })
      const controller = new AbortController()
      const { signal } = controller
      setTimeout(() => controller.abort(reason), delay)
      const runner = agent({ model, tools: [echo] })
      const work: Promise<unknown> =
        delay % 2 === 0 ? runner.run('x', { signal }) : runner.stream('x', { signal }).output
      const error = await work.then(
        () => undefined,
        (caught: unknown) => caught,
      )
      if (error !== undefined) {
        expect(error).toBeInstanceOf(RunCancelled)
        expect(error).toMatchObject({ cause: reason })
      }
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
      expect(model.provider.running.size).toBe(0)
      for (const entry of endpoint.server.log) {
        if (entry.endedAt === undefined)
          await endpoint.server.log.waitFor(each => each.index === entry.index && each.endedAt !== undefined)
      }
    }
  }, 60_000)
})
