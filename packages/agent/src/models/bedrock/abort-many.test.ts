import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeEvent } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { requestModel, streamModel } from '../call-model.ts'
import { BedrockConverseModel } from './model.ts'
import { BedrockProvider } from './provider.ts'
import { callOf, drain } from './test-support/calls.ts'
import { claude, localKeys } from './test-support/endpoint.ts'

const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2 }
const whole = Buffer.from(
  JSON.stringify({
    output: { message: { role: 'assistant', content: [{ text: 'ok' }] } },
    stopReason: 'end_turn',
    usage,
  }),
)
const events = [
  { messageStart: { role: 'assistant' } },
  { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'ok' } } },
  { messageStop: { stopReason: 'end_turn' } },
  { metadata: { usage, metrics: { latencyMs: 1 } } },
]
const frames = Buffer.concat(events.map((event, index) => encodeEvent(event as never, index)))

/** Answers without sockets, so that ten thousand requests take seconds. */
const inProcess = {
  metadata: { handlerProtocol: 'http/1.1' },
  handle: ({ path }: { path: string }) => {
    const isStream = path.endsWith('-stream')
    const headers = { 'content-type': isStream ? 'application/vnd.amazon.eventstream' : 'application/json' }
    return Promise.resolve({
      response: { statusCode: 200, headers, body: Readable.from([isStream ? frames : whole]) },
    })
  },
  updateHttpClientConfig: () => {},
  httpHandlerConfigs: () => ({}),
  destroy: () => {},
}

it('10,000 requests sharing one signal leave no listener and no heap behind', { timeout: 120_000 }, async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const provider = new BedrockProvider({
    region: 'us-east-1',
    credentials: localKeys,
    requestHandler: inProcess as never,
  })
  const model = new BedrockConverseModel(claude, { provider })
  const { signal } = new AbortController()
  const run = async (count: number) => {
    for (let index = 0; index < count; index++) {
      if (index % 2 === 0) await requestModel(model, callOf({ signal }))
      else await drain(await streamModel(model, callOf({ signal })))
    }
  }
  await run(1000)
  collect()
  const before = process.memoryUsage().heapUsed
  await run(10_000)
  await new Promise(resolve => setTimeout(resolve, 50))
  collect()
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000)
})
