import { getEventListeners } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestModel, streamModel } from '../call-model.ts'
import { callOf, drain } from './test-support/calls.ts'
import { startEndpoint, type Endpoint } from './test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(
  async () =>
    void (endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'ok' }] }), maxLogEntries: 10 })),
)
afterAll(() => endpoint[Symbol.asyncDispose]())

describe('one signal shared by many requests', () => {
  it('keeps no listener after requests and streams, whole, left early or failed', async () => {
    const { signal } = new AbortController()
    const model = endpoint.model()
    for (let round = 0; round < 20; round++) {
      await requestModel(model, callOf({ signal }))
      await drain(await streamModel(model, callOf({ signal })))
      for await (const _ of await streamModel(model, callOf({ signal }))) break
      await (await streamModel(model, callOf({ signal }))).cancel()
      endpoint.server.faults.next({ error: { type: 'ValidationException' } })
      await requestModel(model, callOf({ signal })).catch(() => undefined)
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('a signal aborted before the request sends nothing', async () => {
    const before = endpoint.server.log.length
    const reason = new Error('too late')
    await expect(requestModel(endpoint.model(), callOf({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
    expect(endpoint.server.log.length).toBe(before)
  })

  it('an abort settles a request that waits to be retried', async () => {
    endpoint.server.faults.always({ error: { type: 'ThrottlingException' } })
    const controller = new AbortController()
    const pending = requestModel(endpoint.model(), callOf({ signal: controller.signal }))
    setTimeout(() => controller.abort(new Error('stop')), 30)
    const start = performance.now()
    await expect(pending).rejects.toThrow('stop')
    expect(performance.now() - start).toBeLessThan(500)
    // the wait of the SDK, a second at most, goes on; the attempt after it must not
    const sent = endpoint.server.log.length
    await new Promise(resolve => setTimeout(resolve, 1200))
    expect(endpoint.server.log.length).toBe(sent)
    endpoint.server.faults.clear()
  })

  it('a stream that nobody begins to read can be cancelled', async () => {
    endpoint.server.faults.next({ after: { events: 2 }, do: 'stall' })
    const { signal } = new AbortController()
    const stream = await streamModel(endpoint.model(), callOf({ signal }))
    await stream.cancel()
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
