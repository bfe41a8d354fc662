import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelMessage, ModelResponse } from '../../../messages/message.ts'
import { requestModel } from '../../call-model.ts'
import type { ModelCall } from '../../model.ts'
import { OpenAIProvider } from '../provider.ts'
import { assistantTurn, callOf, errorOf, requestTurn, userTurn, weather } from '../test-support/calls.ts'
import { json, startStub, type StubServer } from '../test-support/stub-server.ts'
import { OpenAIResponsesModel, type OpenAIModelOptions } from './model.ts'

let stub: StubServer
beforeAll(async () => void (stub = await startStub()))
afterAll(() => stub[Symbol.asyncDispose]())

const answer = (output: readonly object[], more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  model: 'gpt-5-2026',
  created_at: 1_790_000_000,
  status: 'completed',
  output,
  ...more,
})
const said = (text: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})

function modelOf(name = 'gpt-5', options: OpenAIModelOptions = {}): OpenAIResponsesModel {
  const provider = new OpenAIProvider({ baseUrl: `${stub.url}/v1`, apiKey: 'key', maxRetries: 0 })
  return new OpenAIResponsesModel(name, { provider, ...options })
}

async function ask(
  call: ModelCall,
  model = modelOf(),
): Promise<{ body: Record<string, unknown>; response: ModelResponse }> {
  stub.answer(json(answer([said('Hi')])))
  const response = await requestModel(model, call)
  return { body: stub.seen[0]!.body, response }
}

async function inputOf(messages: readonly ModelMessage[], model = modelOf()): Promise<unknown> {
  return (await ask(callOf({ messages }), model)).body['input']
}

describe('a request', () => {
  it('goes to /responses with the key, and sends prompt, instructions and settings', async () => {
    const { body } = await ask(
      callOf({
        settings: {
          maxTokens: 50,
          openaiReasoningEffort: 'low',
          openaiReasoningSummary: 'auto',
          serviceTier: 'flex',
          extraBody: { metadata: { a: 'b' } },
          extraHeaders: { 'x-team': 'blue' },
        },
        parameters: { instructionParts: [{ content: 'Be brief.', dynamic: false }] },
      }),
    )
    expect(stub.seen[0]).toMatchObject({ method: 'POST', path: '/v1/responses' })
    expect(stub.seen[0]!.headers).toMatchObject({ authorization: 'Bearer key', 'x-team': 'blue' })
    expect(body).toEqual({
      model: 'gpt-5',
      stream: false,
      input: [{ role: 'user', content: 'Hello' }],
      instructions: 'Be brief.',
      include: ['reasoning.encrypted_content'],
      reasoning: { effort: 'low', summary: 'auto' },
      max_output_tokens: 50,
      service_tier: 'flex',
      metadata: { a: 'b' },
    })
  })

  it('leaves sampling settings out while the model reasons, and sends them when it does not', async () => {
    const settings = { temperature: 0.5, topP: 0.9 }
    expect((await ask(callOf({ settings }))).body).not.toHaveProperty('temperature')
    expect((await ask(callOf({ settings }), modelOf('gpt-4o'))).body).toMatchObject({ temperature: 0.5, top_p: 0.9 })
    const off = { ...settings, thinking: false }
    expect((await ask(callOf({ settings: off }), modelOf('gpt-5.5'))).body).toMatchObject({
      temperature: 0.5,
      reasoning: { effort: 'none' },
    })
  })

  it('sends images and documents by their URL, and bytes as data', async () => {
    const content = [
      'Look',
      { kind: 'image-url', url: 'https://example.com/a.png', vendorMetadata: { detail: 'low' } },
      { kind: 'document-url', url: 'https://example.com/a.pdf' },
      { kind: 'binary', data: 'aGk=', mediaType: 'application/pdf' },
      { kind: 'binary', data: 'aGk=', mediaType: 'image/png' },
      { kind: 'uploaded-file', fileId: 'file-1', providerName: 'openai' },
      { kind: 'cache-point' },
    ] as const
    expect(await inputOf([userTurn(content)])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look' },
          { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'low' },
          { type: 'input_file', file_url: 'https://example.com/a.pdf' },
          { type: 'input_file', file_data: 'data:application/pdf;base64,aGk=', filename: 'filename.pdf' },
          { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'auto' },
          { type: 'input_file', file_id: 'file-1' },
        ],
      },
    ])
  })

  it('marks what is to be cached, on models that know such marks', async () => {
    const content = ['Long', { kind: 'cache-point' }, 'Short'] as const
    const marked = { type: 'input_text', text: 'Long', prompt_cache_breakpoint: { mode: 'explicit' } }
    const short = { type: 'input_text', text: 'Short' }
    expect(await inputOf([userTurn(content)], modelOf('gpt-5.6'))).toEqual([{ role: 'user', content: [marked, short] }])
    expect(await inputOf([userTurn(content)])).toEqual([
      { role: 'user', content: [{ type: 'input_text', text: 'Long' }, short] },
    ])
    const first = callOf({ messages: [userTurn([{ kind: 'cache-point' }, 'Short'])] })
    expect(await errorOf(requestModel(modelOf('gpt-5.6'), first))).toMatchObject({ code: 'user_error' })
  })

  it.each([
    ['audio', { kind: 'audio-url', url: 'https://example.com/a.mp3' }, /takes no audio/],
    [
      'a file of another provider',
      { kind: 'uploaded-file', fileId: 'f', providerName: 'google' },
      /lies with .*google/,
    ],
  ] as const)('refuses %s before anything is sent', async (_, item, message) => {
    stub.answer()
    const error = await errorOf(requestModel(modelOf(), callOf({ messages: [userTurn([item])] })))
    expect(error).toMatchObject({ code: 'user_error' })
    expect((error as Error).message).toMatch(message)
    expect(stub.seen).toEqual([])
  })

  it('sends calls back with their results, files inside, and retries as results', async () => {
    const picture = { kind: 'binary', data: 'aGk=', mediaType: 'image/png' } as const
    const messages = [
      userTurn('Hello'),
      assistantTurn(
        {
          kind: 'tool-call',
          toolName: 'weather',
          args: '{"city":"Riga"}',
          toolCallId: 'c1',
          id: 'fc_1',
          providerName: 'openai',
        },
        { kind: 'tool-call', toolName: 'weather', args: { city: 'Oslo' }, toolCallId: 'c2' },
        { kind: 'tool-call', toolName: 'weather', args: '{"city":', toolCallId: 'c3' },
      ),
      requestTurn(
        { kind: 'tool-return', toolName: 'weather', content: { celsius: 7 }, toolCallId: 'c1' },
        { kind: 'tool-return', toolName: 'weather', content: ['Here:', picture], toolCallId: 'c2' },
        { kind: 'retry-prompt', toolName: 'weather', content: 'No such city.', toolCallId: 'c3' },
        { kind: 'retry-prompt', content: 'Answer in Latvian.', toolCallId: 'x' },
      ),
    ]
    expect(await inputOf(messages)).toEqual([
      { role: 'user', content: 'Hello' },
      { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '{"city":"Riga"}' },
      { type: 'function_call', call_id: 'c2', name: 'weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'c3', name: 'weather', arguments: '{"INVALID_JSON":"{\\"city\\":"}' },
      { type: 'function_call_output', call_id: 'c1', output: '{"celsius":7}' },
      {
        type: 'function_call_output',
        call_id: 'c2',
        output: [
          { type: 'input_text', text: 'Here:' },
          { type: 'input_image', image_url: 'data:image/png;base64,aGk=', detail: 'auto' },
        ],
      },
      { type: 'function_call_output', call_id: 'c3', output: 'No such city.\n\nFix the errors and try again.' },
      { role: 'user', content: 'Validation feedback:\nAnswer in Latvian.\n\nFix the errors and try again.' },
    ])
  })

  it('sends its own reasoning back as it came, and that of others as text', async () => {
    const own = { providerName: 'openai', id: 'rs_1' } as const
    const messages = [
      assistantTurn(
        { kind: 'thinking', content: 'one', signature: 'sealed', ...own },
        { kind: 'thinking', content: 'two', ...own },
        { kind: 'thinking', content: 'theirs', providerName: 'bedrock', id: 'x', signature: 's' },
        { kind: 'text', content: 'Hi', id: 'msg_1', providerName: 'openai' },
      ),
      userTurn('Go on'),
    ]
    expect(await inputOf(messages)).toEqual([
      {
        type: 'reasoning',
        id: 'rs_1',
        encrypted_content: 'sealed',
        summary: [
          { type: 'summary_text', text: 'one' },
          { type: 'summary_text', text: 'two' },
        ],
      },
      { role: 'assistant', content: '<think>\ntheirs\n</think>' },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Hi', annotations: [] }],
      },
      { role: 'user', content: 'Go on' },
    ])
    // a model without encrypted reasoning is shown no ids
    expect(await inputOf(messages, modelOf('gpt-4o'))).toContainEqual({ role: 'assistant', content: 'Hi' })
  })

  it('offers tools, and forces those that the settings name', async () => {
    const time = { ...weather, name: 'time' }
    const parameters = { functionTools: [weather, time] }
    const choiceFor = async (toolChoice: ModelCall['settings']['toolChoice']) =>
      (await ask(callOf({ settings: { toolChoice }, parameters }))).body['tool_choice']
    expect((await ask(callOf({ parameters: { functionTools: [weather] } }))).body['tools']).toEqual([
      {
        type: 'function',
        name: 'weather',
        description: 'The weather of a city.',
        parameters: { ...weather.parametersJsonSchema, additionalProperties: false },
        strict: true,
      },
    ])
    expect(await choiceFor('none')).toBe('none')
    expect(await choiceFor('required')).toBe('required')
    expect(await choiceFor(['time'])).toEqual({ type: 'function', name: 'time' })
    expect(await choiceFor(['time', 'weather'])).toMatchObject({ type: 'allowed_tools', mode: 'required' })
    expect((await ask(callOf({ settings: { parallelToolCalls: false } }))).body).not.toHaveProperty(
      'parallel_tool_calls',
    )
    const stubborn = modelOf('gpt-5', { profile: { openaiSupportsToolChoiceRequired: false } })
    const error = await errorOf(requestModel(stubborn, callOf({ settings: { toolChoice: 'required' }, parameters })))
    expect((error as Error).message).toContain('forced')
  })

  it('asks for native output by a strict schema, and for prompted output as an object', async () => {
    const outputObject = {
      name: 'City',
      jsonSchema: { type: 'object', title: 'City', properties: { name: { type: 'string' } }, required: ['name'] },
    }
    const native = await ask(callOf({ parameters: { outputMode: 'native', outputObject } }))
    expect(native.body['text']).toEqual({
      format: {
        type: 'json_schema',
        name: 'City',
        strict: true,
        schema: {
          type: 'object',
          properties: { name: { type: 'string' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
    })
    const prompted = await ask(callOf({ parameters: { outputMode: 'prompted', outputObject } }))
    expect(prompted.body).not.toHaveProperty('instructions')
    expect(prompted.body['text']).toEqual({ format: { type: 'json_object' } })
    expect(JSON.stringify(prompted.body['input'])).toContain('JSON Schema')
  })
})

describe('a response', () => {
  it('becomes parts, usage and facts', async () => {
    stub.answer(
      json(
        answer(
          [
            {
              type: 'reasoning',
              id: 'rs_1',
              encrypted_content: 'sealed',
              summary: [
                { type: 'summary_text', text: 'one' },
                { type: 'summary_text', text: 'two' },
              ],
            },
            { type: 'reasoning', id: 'rs_2', summary: [], content: [{ type: 'reasoning_text', text: 'raw' }] },
            { ...said('Hi'), phase: 'commentary' },
            { type: 'function_call', id: 'fc_1', call_id: 'c1', name: 'weather', arguments: '{"city":"Riga"}' },
            { type: 'computer_call', id: 'cc_1' },
          ],
          {
            usage: {
              input_tokens: 20,
              input_tokens_details: { cached_tokens: 8, cache_write_tokens: 4 },
              output_tokens: 9,
              output_tokens_details: { reasoning_tokens: 5 },
            },
          },
        ),
      ),
    )
    const response = await requestModel(modelOf(), callOf())
    expect(response).toMatchObject({
      parts: [
        { kind: 'thinking', content: 'one', id: 'rs_1', signature: 'sealed', providerName: 'openai' },
        { kind: 'thinking', content: 'two', id: 'rs_1' },
        { kind: 'thinking', content: '', id: 'rs_2', providerDetails: { raw_content: ['raw'] } },
        { kind: 'text', content: 'Hi', id: 'msg_1', providerDetails: { phase: 'commentary' } },
        { kind: 'tool-call', toolName: 'weather', args: '{"city":"Riga"}', toolCallId: 'c1', id: 'fc_1' },
      ],
      usage: {
        inputTokens: 20,
        cacheReadTokens: 8,
        cacheWriteTokens: 4,
        outputTokens: 9,
        details: { reasoning_tokens: 5 },
      },
      modelName: 'gpt-5-2026',
      providerResponseId: 'resp_1',
      providerUrl: `${stub.url}/v1`,
      providerDetails: { finish_reason: 'completed', timestamp: '2026-09-21T14:13:20Z' },
      finishReason: 'stop',
      state: 'complete',
    })
    expect(response.parts).toHaveLength(5)
  })

  it.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content_filter'],
    [{ status: 'cancelled' }, 'error'],
  ])('%j finishes with %s', async (more, finishReason) => {
    stub.answer(json(answer([], more)))
    expect(await requestModel(modelOf(), callOf())).toMatchObject({ finishReason })
  })

  it('has no part for a refusal', async () => {
    const refusal = { ...said(''), content: [{ type: 'refusal', refusal: 'I will not.' }] }
    stub.answer(json(answer([refusal])))
    expect(await requestModel(modelOf(), callOf())).toMatchObject({
      parts: [],
      finishReason: 'content_filter',
      providerDetails: { refusal: 'I will not.' },
    })
  })
})

describe('an error', () => {
  it('keeps status, sentence and wait', async () => {
    stub.answer(
      json({ error: { message: 'Slow down.', code: 'rate_limit_exceeded' } }, 429, { 'retry-after-ms': '1500' }),
    )
    const error = await errorOf(requestModel(modelOf(), callOf()))
    expect(error).toMatchObject({ code: 'model_http_error', status: 429, isRetryable: true, retryAfterMs: 1500 })
    expect((error as Error).message).toContain('Slow down.')
    stub.answer(json({ error: { message: 'Pay.', code: 'insufficient_quota' } }, 429))
    expect(await errorOf(requestModel(modelOf(), callOf()))).toMatchObject({ status: 429, isRetryable: false })
  })

  it('of a failed answer is an error, not an empty answer', async () => {
    const failed = { status: 'failed', error: { code: 'server_error', message: 'The model broke.' } }
    stub.answer(json(answer([], failed)))
    const error = await errorOf(requestModel(modelOf(), callOf()))
    expect(error).toMatchObject({ code: 'model_http_error', status: 500, isRetryable: true })
    expect((error as Error).message).toContain('The model broke.')
  })

  it('says that something else answers', async () => {
    stub.answer(response => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end('<h1>Log in</h1>')
    })
    const error = await errorOf(requestModel(modelOf(), callOf()))
    expect(error).toMatchObject({ code: 'unexpected_model_behavior', body: '<h1>Log in</h1>' })
  })

  it('of the connection names the address', async () => {
    const provider = new OpenAIProvider({ baseUrl: 'http://127.0.0.1:1/v1', apiKey: 'key', maxRetries: 0 })
    const error = await errorOf(requestModel(modelOf('gpt-5', { provider }), callOf()))
    expect(error).toMatchObject({ code: 'model_connection_error', modelName: 'gpt-5' })
    expect((error as Error).message).toContain('127.0.0.1:1')
  })

  it('is repeated by the SDK as often as the provider allows', async () => {
    const provider = new OpenAIProvider({ baseUrl: `${stub.url}/v1`, apiKey: 'key', maxRetries: 1 })
    stub.answer(json({ error: { message: 'Busy' } }, 503, { 'retry-after-ms': '1' }), json(answer([said('Hi')])))
    expect((await requestModel(modelOf('gpt-5', { provider }), callOf())).finishReason).toBe('stop')
    expect(stub.seen).toHaveLength(2)
  })

  it('comes when there is no key', async () => {
    const saved = process.env['OPENAI_API_KEY']
    delete process.env['OPENAI_API_KEY']
    try {
      const error = await errorOf(requestModel(modelOf('gpt-5', { provider: new OpenAIProvider() }), callOf()))
      expect(error).toMatchObject({ code: 'user_error' })
      expect((error as Error).message).toContain('OPENAI_API_KEY')
    } finally {
      if (saved !== undefined) process.env['OPENAI_API_KEY'] = saved
    }
  })
})

describe('time and cancellation', () => {
  it('ends with the total timeout, and closes the connection', async () => {
    stub.answer(() => {})
    const error = await errorOf(requestModel(modelOf(), callOf({ settings: { timeoutMs: 60 } })))
    expect(error).toMatchObject({ code: 'model_timeout', which: 'total', timeoutMs: 60 })
    await stub.seen[0]!.closed
  })

  it('an abort ends the request with its own reason, and closes the connection', async () => {
    stub.answer(() => {})
    const controller = new AbortController()
    const pending = errorOf(requestModel(modelOf(), callOf({ signal: controller.signal })))
    while (stub.seen.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    expect(await pending).toMatchObject({ message: 'enough' })
    await stub.seen[0]!.closed
  })
})
