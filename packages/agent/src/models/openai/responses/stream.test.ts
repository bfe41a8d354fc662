import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestModel, streamModel } from '../../call-model.ts'
import { OpenAIProvider, type OpenAIProviderOptions } from '../provider.ts'
import { callOf, drain, errorOf, weather } from '../test-support/calls.ts'
import { json, sse, startStub, type SseEnd, type StubServer } from '../test-support/stub-server.ts'
import { OpenAIResponsesModel } from './model.ts'

let stub: StubServer
beforeAll(async () => void (stub = await startStub()))
afterAll(() => stub[Symbol.asyncDispose]())

const response = (more: object = {}) => ({
  id: 'resp_1',
  model: 'gpt-5-2026',
  created_at: 1_790_000_000,
  status: 'in_progress',
  output: [],
  ...more,
})
const created = { type: 'response.created', response: response() }
const completed = {
  type: 'response.completed',
  response: response({
    status: 'completed',
    usage: { input_tokens: 3, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } },
  }),
}
const message = { type: 'message', id: 'msg_1', role: 'assistant', phase: 'final_answer', content: [] }
const textDelta = (delta: string) => ({ type: 'response.output_text.delta', item_id: 'msg_1', delta })
const text = [{ type: 'response.output_item.added', item: message }, textDelta('Hel'), textDelta('lo')]

function modelOf(options: OpenAIProviderOptions = {}, name = 'gpt-5'): OpenAIResponsesModel {
  const provider = new OpenAIProvider({ baseUrl: `${stub.url}/v1`, apiKey: 'key', maxRetries: 0, ...options })
  return new OpenAIResponsesModel(name, { provider })
}

async function streamOf(events: readonly object[], end?: SseEnd, model = modelOf(), call = callOf()) {
  stub.answer(sse(events, end))
  return streamModel(model, call)
}

describe('a stream', () => {
  it('sends the same body with stream: true, and yields text, facts and usage', async () => {
    const { events, response: whole } = await drain(await streamOf([created, ...text, completed]))
    expect(stub.seen[0]!.body).toMatchObject({ stream: true, model: 'gpt-5' })
    expect(events).toEqual([
      {
        kind: 'part-start',
        index: 0,
        part: {
          kind: 'text',
          content: 'Hel',
          id: 'msg_1',
          providerName: 'openai',
          providerDetails: { phase: 'final_answer' },
        },
      },
      { kind: 'final-result' },
      { kind: 'part-delta', index: 0, delta: { kind: 'text', contentDelta: 'lo' } },
      expect.objectContaining({ kind: 'part-end', index: 0 }),
    ])
    expect(whole).toMatchObject({
      parts: [{ kind: 'text', content: 'Hello' }],
      modelName: 'gpt-5-2026',
      providerResponseId: 'resp_1',
      providerDetails: { finish_reason: 'completed', timestamp: '2026-09-21T14:13:20Z' },
      finishReason: 'stop',
      state: 'complete',
      usage: { inputTokens: 3, outputTokens: 2, details: { reasoning_tokens: 1 } },
    })
  })

  it('assembles calls from pieces, and takes those that come whole', async () => {
    const call = (id: string, args: string) => ({
      type: 'function_call',
      id: `fc_${id}`,
      call_id: id,
      name: 'weather',
      arguments: args,
    })
    const piece = (delta: string) => ({ type: 'response.function_call_arguments.delta', item_id: 'fc_a', delta })
    const { response: whole } = await drain(
      await streamOf(
        [
          created,
          { type: 'response.output_item.added', item: call('a', '') },
          piece('{"city"'),
          piece(':"Riga"}'),
          { type: 'response.output_item.done', item: call('a', '{"city":"Riga"}') },
          { type: 'response.output_item.added', item: call('b', '') },
          { type: 'response.output_item.done', item: call('b', '{"city":"Oslo"}') },
          completed,
        ],
        'close',
        modelOf(),
        callOf({ parameters: { functionTools: [weather] } }),
      ),
    )
    expect(whole.parts).toMatchObject([
      { kind: 'tool-call', toolName: 'weather', args: '{"city":"Riga"}', toolCallId: 'a', id: 'fc_a' },
      { kind: 'tool-call', toolName: 'weather', args: '{"city":"Oslo"}', toolCallId: 'b', id: 'fc_b' },
    ])
  })

  it('gives each summary a part, seals the first, and keeps raw reasoning', async () => {
    const summary = (index: number, delta: string) => ({
      type: 'response.reasoning_summary_text.delta',
      item_id: 'rs_1',
      summary_index: index,
      delta,
    })
    const sealed = { type: 'reasoning', id: 'rs_1', encrypted_content: 'sealed', summary: [] }
    const raw = { item_id: 'rs_2', content_index: 0 }
    const { response: whole } = await drain(
      await streamOf([
        created,
        summary(0, 'on'),
        summary(0, 'e'),
        summary(1, 'two'),
        { type: 'response.output_item.done', item: sealed },
        { type: 'response.reasoning_text.delta', ...raw, delta: 'hm' },
        { type: 'response.reasoning_text.done', ...raw, text: 'hmm' },
        completed,
      ]),
    )
    expect(whole.parts).toEqual([
      { kind: 'thinking', content: 'one', signature: 'sealed', id: 'rs_1', providerName: 'openai' },
      { kind: 'thinking', content: 'two', id: 'rs_1', providerName: 'openai' },
      { kind: 'thinking', content: '', id: 'rs_2', providerName: 'openai', providerDetails: { raw_content: ['hmm'] } },
    ])
  })

  it('ignores events it does not know', async () => {
    const { error, response: whole } = await drain(
      await streamOf([created, { type: 'response.telepathy' }, ...text, completed]),
    )
    expect(error).toBeUndefined()
    expect(whole.finishReason).toBe('stop')
  })
})

describe('a stream that goes wrong', () => {
  it('is refused like a request when the refusal comes first', async () => {
    stub.answer(json({ error: { message: 'Slow down.' } }, 429))
    expect(await errorOf(streamModel(modelOf(), callOf()))).toMatchObject({ code: 'model_http_error', status: 429 })
    const first = { type: 'error', code: 'rate_limit_exceeded', message: 'Slow down.', param: null }
    expect(await errorOf(streamOf([first]))).toMatchObject({ code: 'model_http_error', status: 429 })
  })

  it.each(['close', 'cut'] as const)('is interrupted when it ends by %s before the model is done', async end => {
    const { error, response: part } = await drain(await streamOf([created, ...text], end))
    expect(error).toMatchObject({
      code: 'stream_interrupted',
      response: { state: 'interrupted', parts: [{ content: 'Hello' }] },
    })
    expect(part.state).toBe('interrupted')
  })

  it('is interrupted when it is cut within an event', async () => {
    stub.answer(reply => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.end(`data: ${JSON.stringify(created)}\n\ndata: {"type":"response.comp`)
    })
    expect((await drain(await streamModel(modelOf(), callOf()))).error).toMatchObject({ code: 'stream_interrupted' })
  })

  it.each([
    [{ type: 'error', code: 'server_error', message: 'It broke.' }],
    [
      {
        type: 'response.failed',
        response: response({ status: 'failed', error: { code: 'server_error', message: 'It broke.' } }),
      },
    ],
  ])('carries what the provider reported: %j', async event => {
    const { error } = await drain(await streamOf([created, ...text, event], 'stay-open'))
    expect(error).toMatchObject({ code: 'stream_interrupted', cause: { code: 'model_http_error', status: 500 } })
    expect((error as Error).message).toContain('It broke.')
    await stub.seen[0]!.closed
  })

  it('is unexpected when it ends before it began', async () => {
    stub.answer(sse([]))
    expect(await errorOf(streamModel(modelOf(), callOf()))).toMatchObject({ code: 'unexpected_model_behavior' })
  })

  it('ends with the idle timeout when nothing more comes', async () => {
    const { error } = await drain(await streamOf([created, ...text], 'stay-open', modelOf({ idleTimeoutMs: 60 })))
    expect(error).toMatchObject({ code: 'model_timeout', which: 'idle' })
    await stub.seen[0]!.closed
  })

  it('ends with the first-byte timeout when nothing comes', async () => {
    stub.answer(() => {})
    const error = await errorOf(streamModel(modelOf({ firstByteTimeoutMs: 60 }), callOf()))
    expect(error).toMatchObject({ code: 'model_timeout', which: 'first-byte' })
    await stub.seen[0]!.closed
  })
})

describe('a stream that nobody reads on', () => {
  it('is closed when the reader leaves', async () => {
    const stream = await streamOf([created, ...text], 'stay-open')
    for await (const event of stream) if (event.kind === 'part-start') break
    expect(stream.response()).toMatchObject({ state: 'interrupted', parts: [{ content: 'Hel' }] })
    await stub.seen[0]!.closed
  })

  it('is closed when it is cancelled unread', async () => {
    const stream = await streamOf([created], 'stay-open')
    await stream.cancel()
    await stub.seen[0]!.closed
  })

  it('ends with the reason of an abort, and lets go of the signal', async () => {
    const controller = new AbortController()
    const stream = await streamOf([created, ...text], 'stay-open', modelOf(), callOf({ signal: controller.signal }))
    const reading = drain(stream)
    setTimeout(() => controller.abort(new Error('enough')), 20)
    expect((await reading).error).toMatchObject({ message: 'enough' })
    await stub.seen[0]!.closed
  })

  it('leaves no listener on a signal that many requests share', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    await drain(await streamOf([created, ...text, completed], 'close', modelOf(), callOf({ signal })))
    stub.answer(json({ ...completed.response, output: [] }))
    await requestModel(modelOf(), callOf({ signal }))
    expect(listeners).toBe(0)
  })
})
