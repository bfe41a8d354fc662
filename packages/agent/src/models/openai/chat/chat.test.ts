import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelMessage } from '../../../messages/message.ts'
import { requestModel, streamModel } from '../../call-model.ts'
import type { ModelCall } from '../../model.ts'
import { OpenAIProvider, type OpenAIProviderOptions } from '../provider.ts'
import type { OpenAIModelOptions } from '../responses/model.ts'
import { assistantTurn, callOf, drain, errorOf, requestTurn, userTurn, weather } from '../test-support/calls.ts'
import { json, sse, startStub, type SseEnd, type StubServer } from '../test-support/stub-server.ts'
import { OpenAIChatModel } from './model.ts'

let stub: StubServer
beforeAll(async () => void (stub = await startStub()))
afterAll(() => stub[Symbol.asyncDispose]())

const completion = (message: object, more: object = {}, choice: object = {}) => ({
  id: 'chat_1',
  object: 'chat.completion',
  model: 'gpt-4o-2026',
  created: 1_790_000_000,
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: null, ...message }, ...choice }],
  ...more,
})

type Connect = Pick<OpenAIProviderOptions, 'idleTimeoutMs' | 'fetchFile'>

function modelOf(name = 'gpt-4o', { connect, ...options }: OpenAIModelOptions & { connect?: Connect } = {}) {
  const provider = new OpenAIProvider({ baseUrl: `${stub.url}/v1`, apiKey: 'key', maxRetries: 0, ...connect })
  return new OpenAIChatModel(name, { provider, ...options })
}

async function bodyOf(call: ModelCall, model = modelOf()): Promise<Record<string, unknown>> {
  stub.answer(json(completion({ content: 'Hi' })))
  await requestModel(model, call)
  return stub.seen[0]!.body
}

async function messagesOf(messages: readonly ModelMessage[], model = modelOf()): Promise<unknown> {
  return (await bodyOf(callOf({ messages }), model))['messages']
}

describe('a request', () => {
  it('sends prompt, instructions behind the system prompts, and every setting', async () => {
    const body = await bodyOf(
      callOf({
        messages: [requestTurn({ kind: 'system-prompt', content: 'A' }, { kind: 'user-prompt', content: 'Hello' })],
        parameters: { instructionParts: [{ content: 'B', dynamic: false }] },
        settings: {
          maxTokens: 9,
          temperature: 0.5,
          topP: 0.9,
          seed: 1,
          presencePenalty: 0.1,
          frequencyPenalty: 0.2,
          logitBias: { '5': 1 },
          stopSequences: ['END'],
          openaiUser: 'u1',
          serviceTier: 'priority',
        },
      }),
    )
    expect(stub.seen[0]!.path).toBe('/v1/chat/completions')
    expect(body).toEqual({
      model: 'gpt-4o',
      stream: false,
      messages: [
        { role: 'system', content: 'A' },
        { role: 'system', content: 'B' },
        { role: 'user', content: 'Hello' },
      ],
      max_completion_tokens: 9,
      temperature: 0.5,
      top_p: 0.9,
      seed: 1,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      logit_bias: { '5': 1 },
      stop: ['END'],
      user: 'u1',
      service_tier: 'priority',
    })
  })

  it('follows the profile in limits and system messages', async () => {
    const older = modelOf('older', {
      profile: {
        openaiChatSupportsMaxCompletionTokens: false,
        openaiChatSupportsMultipleSystemMessages: false,
        openaiUnsupportedModelSettings: ['temperature'],
      },
    })
    const body = await bodyOf(
      callOf({
        messages: [requestTurn({ kind: 'system-prompt', content: 'A' }, { kind: 'user-prompt', content: 'Hello' })],
        parameters: { instructionParts: [{ content: 'B', dynamic: false }] },
        settings: { maxTokens: 9, temperature: 0.5 },
      }),
      older,
    )
    expect(body).toMatchObject({ max_tokens: 9, messages: [{ role: 'system', content: 'A\n\nB' }, { role: 'user' }] })
    expect(body).not.toHaveProperty('temperature')
  })

  it('sends files as the API takes them: text inlined, others as data', async () => {
    const text = { kind: 'binary', data: btoa('a,b'), mediaType: 'text/csv', identifier: 'f1' } as const
    expect(
      await messagesOf([
        userTurn([
          'Look',
          text,
          { kind: 'binary', data: 'aGk=', mediaType: 'application/pdf' },
          { kind: 'binary', data: 'aGk=', mediaType: 'audio/wav' },
          { kind: 'image-url', url: 'https://example.com/a.png', vendorMetadata: { detail: 'high' } },
        ]),
      ]),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'text', text: '-----BEGIN FILE id="f1" type="text/csv"-----\na,b\n-----END FILE id="f1"-----' },
          { type: 'file', file: { file_data: 'data:application/pdf;base64,aGk=', filename: 'filename.pdf' } },
          { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'high' } },
        ],
      },
    ])
  })

  it('fetches documents, which the API does not read by their URL', async () => {
    const fetchFile = { fetch: async () => new Response('hi', { headers: { 'content-type': 'application/pdf' } }) }
    const messages = [userTurn([{ kind: 'document-url', url: 'https://example.com/a.pdf' }])]
    expect(await messagesOf(messages, modelOf('gpt-4o', { connect: { fetchFile } }))).toMatchObject([
      { content: [{ type: 'file', file: { file_data: 'data:application/pdf;base64,aGk=' } }] },
    ])
  })

  it.each([
    [{ kind: 'video-url', url: 'https://example.com/a.mp4' }, 'video'],
    [{ kind: 'uploaded-file', fileId: 'f', providerName: 'openai', mediaType: 'image/png' }, 'uploaded image'],
    [{ kind: 'binary', data: 'aGk=', mediaType: 'audio/ogg' }, 'audio'],
  ] as const)('refuses %j', async (item, word) => {
    const error = await errorOf(requestModel(modelOf(), callOf({ messages: [userTurn([item])] })))
    expect(error).toMatchObject({ code: 'user_error' })
    expect((error as Error).message).toContain(word)
  })

  it('sends results, with their files in a message behind all results', async () => {
    const picture = { kind: 'binary', data: 'aGk=', mediaType: 'image/png', identifier: 'p1' } as const
    expect(
      await messagesOf([
        assistantTurn(
          { kind: 'text', content: 'One moment.' },
          { kind: 'tool-call', toolName: 'weather', args: '{}', toolCallId: 'c1' },
          { kind: 'tool-call', toolName: 'weather', args: '{}', toolCallId: 'c2' },
        ),
        requestTurn(
          { kind: 'tool-return', toolName: 'weather', content: picture, toolCallId: 'c1' },
          { kind: 'tool-return', toolName: 'weather', content: 'Sun', toolCallId: 'c2', outcome: 'failed' },
          { kind: 'user-prompt', content: 'And?' },
        ),
      ]),
    ).toEqual([
      {
        role: 'assistant',
        content: 'One moment.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } },
          { id: 'c2', type: 'function', function: { name: 'weather', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'See file p1.' },
      { role: 'tool', tool_call_id: 'c2', content: '{"error":"Sun"}' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'This is file p1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
        ],
      },
      { role: 'user', content: 'And?' },
    ])
  })

  it('sends reasoning back where it came from, or as the profile says', async () => {
    const own = { kind: 'thinking', content: 'hm', id: 'reasoning', providerName: 'openai' } as const
    const turn = [assistantTurn(own, { kind: 'text', content: 'Hi' })]
    const mapped = async (mode?: 'auto' | 'tags' | 'field' | false) =>
      (
        (await messagesOf(
          turn,
          modelOf('x', { profile: { openaiChatSendBackThinkingParts: mode, openaiChatThinkingField: 'thought' } }),
        )) as object[]
      )[0]
    expect(await mapped('auto')).toEqual({ role: 'assistant', content: 'Hi', reasoning: 'hm' })
    expect(await mapped('field')).toEqual({ role: 'assistant', content: 'Hi', thought: 'hm' })
    expect(await mapped('tags')).toEqual({ role: 'assistant', content: '<think>\nhm\n</think>\n\nHi' })
    expect(await mapped(false)).toEqual({ role: 'assistant', content: 'Hi' })
    expect(await messagesOf([assistantTurn({ kind: 'thinking', content: '' }), userTurn('Hello')])).toHaveLength(1)
  })

  it('declares a subset of tools alone, and forces a single one by its name', async () => {
    const tools = ['weather', 'time', 'news'].map(name => ({ ...weather, name }))
    const bodyFor = (toolChoice: ModelCall['settings']['toolChoice']) =>
      bodyOf(callOf({ settings: { toolChoice }, parameters: { functionTools: tools } }))
    const one = await bodyFor(['time'])
    expect(one).toMatchObject({ tool_choice: { type: 'function', function: { name: 'time' } } })
    expect(one['tools']).toHaveLength(3)
    const two = await bodyFor(['time', 'news'])
    expect(two).toMatchObject({ tool_choice: 'required' })
    expect(two['tools']).toMatchObject([{ function: { name: 'time' } }, { function: { name: 'news' } }])
    expect(await bodyFor('none')).toMatchObject({ tool_choice: 'none' })
  })

  it('asks for structured output', async () => {
    const outputObject = { name: 'City', jsonSchema: { type: 'object', properties: {}, required: [] } }
    expect(await bodyOf(callOf({ parameters: { outputMode: 'native', outputObject } }))).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'City', strict: true } },
    })
  })
})

describe('a response', () => {
  it('becomes parts, usage and facts', async () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Riga"}' } }
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 4,
      prompt_tokens_details: { cached_tokens: 3 },
      completion_tokens_details: { reasoning_tokens: 2 },
    }
    const message = { content: '<think>ah</think>Hi', reasoning_content: 'hm', tool_calls: [call] }
    stub.answer(json(completion(message, { usage }, { finish_reason: 'tool_calls' })))
    expect(await requestModel(modelOf(), callOf())).toMatchObject({
      parts: [
        { kind: 'thinking', content: 'hm', id: 'reasoning_content', providerName: 'openai' },
        { kind: 'thinking', content: 'ah', id: 'content' },
        { kind: 'text', content: 'Hi' },
        { kind: 'tool-call', toolName: 'weather', args: '{"city":"Riga"}', toolCallId: 'c1' },
      ],
      usage: { inputTokens: 9, cacheReadTokens: 3, outputTokens: 4, details: { reasoning_tokens: 2 } },
      providerResponseId: 'chat_1',
      providerDetails: { finish_reason: 'tool_calls', timestamp: '2026-09-21T14:13:20Z' },
      finishReason: 'tool_call',
    })
  })

  it('has no part for a refusal, and a reason where the server gives none', async () => {
    stub.answer(json(completion({ refusal: 'I will not.' })))
    expect(await requestModel(modelOf(), callOf())).toMatchObject({
      parts: [],
      finishReason: 'content_filter',
      providerDetails: { refusal: 'I will not.' },
    })
    stub.answer(json(completion({ content: 'Hi' }, {}, { finish_reason: null })))
    expect(await requestModel(modelOf(), callOf())).toMatchObject({ finishReason: 'stop' })
  })

  it('without a choice is unexpected', async () => {
    stub.answer(json({ id: 'x', choices: [] }))
    expect(await errorOf(requestModel(modelOf(), callOf()))).toMatchObject({ code: 'unexpected_model_behavior' })
  })
})

describe('a stream', () => {
  const chunk = (delta: object, more: object = {}) => ({
    id: 'chat_1',
    model: 'gpt-4o-2026',
    created: 1_790_000_000,
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  })
  const last = { ...chunk({}), choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }
  const stop = chunk({}, { finish_reason: 'stop' })

  async function streamOf(events: readonly object[], end?: SseEnd, model = modelOf()) {
    stub.answer(sse(events, end))
    return streamModel(model, callOf({ parameters: { functionTools: [weather] } }))
  }

  it('asks for usage, and assembles reasoning, text and calls', async () => {
    const piece = (index: number, call: object, id?: string) =>
      chunk({ tool_calls: [{ index, ...(id !== undefined && { id, type: 'function' }), function: call }] })
    const { response } = await drain(
      await streamOf([
        chunk({ role: 'assistant', reasoning: 'h' }),
        chunk({ reasoning: 'm' }),
        chunk({ content: 'Hel' }),
        chunk({ content: 'lo' }),
        piece(0, { name: 'weather', arguments: '' }, 'c1'),
        piece(0, { arguments: '{"city":' }),
        piece(1, { name: 'weather', arguments: '{}' }, 'c2'),
        piece(0, { arguments: '"Riga"}' }),
        chunk({}, { finish_reason: 'tool_calls' }),
        last,
      ]),
    )
    expect(stub.seen[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
    expect(response).toMatchObject({
      parts: [
        { kind: 'thinking', content: 'hm', id: 'reasoning' },
        { kind: 'text', content: 'Hello' },
        { kind: 'tool-call', args: '{"city":"Riga"}', toolCallId: 'c1' },
        { kind: 'tool-call', args: '{}', toolCallId: 'c2' },
      ],
      usage: { inputTokens: 3, outputTokens: 2 },
      finishReason: 'tool_call',
      providerDetails: { finish_reason: 'tool_calls', timestamp: '2026-09-21T14:13:20Z' },
      modelName: 'gpt-4o-2026',
      state: 'complete',
    })
  })

  it('adds the usage of chunks, or takes the last where each counts from the start', async () => {
    const counted = (prompt: number) => ({ ...last, usage: { prompt_tokens: prompt, completion_tokens: 1 } })
    const events = [chunk({ content: 'Hi' }), counted(2), stop, counted(3)]
    expect((await drain(await streamOf(events))).response.usage).toMatchObject({ inputTokens: 5, outputTokens: 2 })
    stub.answer(sse(events))
    const total = callOf({ settings: { openaiContinuousUsageStats: true } })
    expect((await drain(await streamModel(modelOf(), total))).response.usage).toMatchObject({ inputTokens: 3 })
    expect(stub.seen[0]!.body).toMatchObject({ stream_options: { include_usage: true, continuous_usage_stats: true } })
  })

  it('collects a refusal', async () => {
    const { response } = await drain(
      await streamOf([chunk({ refusal: 'I ' }), chunk({ refusal: 'refuse' }), stop, last]),
    )
    expect(response).toMatchObject({
      parts: [],
      finishReason: 'content_filter',
      providerDetails: { refusal: 'I refuse' },
    })
  })

  it.each(['close', 'cut'] as const)('is interrupted when it ends by %s without a reason', async end => {
    const { error } = await drain(await streamOf([chunk({ content: 'Hel' })], end))
    expect(error).toMatchObject({ code: 'stream_interrupted', response: { parts: [{ content: 'Hel' }] } })
  })

  it('carries an error that comes within it', async () => {
    const failure = { error: { message: 'It broke.', type: 'server_error' } }
    const { error } = await drain(await streamOf([chunk({ content: 'Hel' }), failure], 'stay-open'))
    expect(error).toMatchObject({ code: 'stream_interrupted', cause: { code: 'model_http_error', status: 500 } })
    await stub.seen[0]!.closed
  })

  it('is closed when the reader leaves', async () => {
    const stream = await streamOf([chunk({ content: 'Hel' })], 'stay-open')
    for await (const event of stream) if (event.kind === 'part-start') break
    await stub.seen[0]!.closed
    expect(stream.response().state).toBe('interrupted')
  })
})
