import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestModel } from '../call-model.ts'
import { BedrockConverseModel } from './model.ts'
import { callOf, textOf, userTurn } from './test-support/calls.ts'
import { claude, localKeys, startEndpoint, type Endpoint } from './test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(
  async () =>
    void (endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'ok' }] }), maxLogEntries: 10 })),
)
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

/** A client of the user's own is left as it is: its middleware is put in order for every request. */
function givenClient(): BedrockRuntimeClient {
  return new BedrockRuntimeClient({ region: 'us-east-1', credentials: localKeys, endpoint: endpoint.server.url })
}

describe.each<[string, () => BedrockConverseModel]>([
  ['the client of the provider', () => endpoint.model()],
  ['a client that was given', () => endpoint.model(undefined, { connect: { client: givenClient() } })],
])('requests through %s', (_, newModel) => {
  it('are aborted one by one', async () => {
    const model = newModel()
    await requestModel(model, callOf())
    endpoint.server.log.clear()
    endpoint.server.faults.next({ firstByteDelayMs: Infinity })
    const controller = new AbortController()
    const left = requestModel(model, callOf({ signal: controller.signal }))
    await endpoint.server.log.waitFor(entry => entry.operation === 'converse')
    const stayed = requestModel(model, callOf({ signal: new AbortController().signal }))
    controller.abort(new Error('enough'))
    await expect(left).rejects.toThrow('enough')
    expect(textOf(await stayed)).toBe('ok')
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
    expect([...endpoint.server.log].map(entry => entry.closedByClient)).toEqual([true, false])
  })

  it('have headers of their own', async () => {
    const model = newModel()
    await requestModel(model, callOf())
    await requestModel(model, callOf({ settings: { extraHeaders: { 'x-team': 'weather' } } }))
    await requestModel(model, callOf())
    const headers = [...endpoint.server.log].map(entry => entry.headers['x-team'])
    expect(headers).toEqual([undefined, 'weather', undefined])
  })
})

describe('the client of the provider', () => {
  it('puts its middleware in order once, and keeps nothing of the first request', async () => {
    const provider = endpoint.provider()
    const client = await provider.getClient()
    const contexts: object[] = []
    client.middlewareStack.add(
      (next, context) => {
        contexts.push(context)
        return next
      },
      { step: 'deserialize', priority: 'low', name: 'watch' },
    )
    const model = new BedrockConverseModel(claude, { provider })
    for (const prompt of ['first', 'second', 'third']) {
      await requestModel(model, callOf({ messages: [userTurn(prompt)] }))
    }
    expect(contexts).toHaveLength(1)
    // where the SDK keeps the first command
    expect(contexts[0]).toHaveProperty(['__smithy_context', 'commandInstance', 'input'], {})
  })
})
