import { block, reply } from '@tenon/local-bedrock'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { agent } from '../../../core.ts'
import { argsAsObject } from '../../../messages/call-args.ts'
import type { ResponsePart, ToolCallPart } from '../../../messages/part.ts'
import { countTokens, requestModel, streamModel } from '../../call-model.ts'
import { callOf, drain, textOf, userTurn, weather } from '../test-support/calls.ts'
import { nova, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => void (endpoint = await startEndpoint()))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

type Event = Parameters<typeof reply.events>[0][number]

const start = (contentBlockIndex: number, block: object) => ({ contentBlockStart: { contentBlockIndex, start: block } })
const delta = (contentBlockIndex: number, piece: object) => ({ contentBlockDelta: { contentBlockIndex, delta: piece } })
const stop = (contentBlockIndex: number) => ({ contentBlockStop: { contentBlockIndex } })
const toolStart = (index: number, toolUseId: string, more: object = {}) =>
  start(index, { toolUse: { name: 'weather', toolUseId, ...more } })

/** Streams these events, with the frame around them. */
async function streamed(
  events: readonly object[],
  { stopReason = 'end_turn', model = undefined as string | undefined, end = {} } = {},
) {
  const metadata = {
    metadata: { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, metrics: { latencyMs: 1 } },
  }
  endpoint.responder.push(
    reply.events([
      { messageStart: { role: 'assistant' } },
      ...events,
      { messageStop: { stopReason, ...end } },
      metadata,
    ] as Event[]),
  )
  const call = callOf({ parameters: { functionTools: [weather] } })
  return drain(await streamModel(endpoint.model(model), call))
}

const argsOf = (part: ResponsePart | undefined) => argsAsObject(part as ToolCallPart)

describe('tool calls', () => {
  it.each([
    ['no piece', [], {}],
    ['an empty piece', [''], {}],
    ['an empty object', ['{}'], {}],
    ['an empty object, then the real one', ['{}', '{"city":', '"Riga"}'], { city: 'Riga' }],
    ['an object that begins like the empty one', ['{', '}'], {}],
    ['an empty object inside', ['{"city":', '{}', '}'], { city: {} }],
  ])('R11: arguments in %s', async (_, pieces, expected) => {
    const { response, error } = await streamed(
      [toolStart(0, 't1'), ...pieces.map(input => delta(0, { toolUse: { input } })), stop(0)],
      { stopReason: 'tool_use' },
    )
    expect(error).toBeUndefined()
    expect(argsOf(response.parts[0])).toEqual(expected)
  })

  it('R16: indexes that are sparse, interleaved or missing keep the calls apart', async () => {
    const { response } = await streamed(
      [
        toolStart(7, 'a'),
        toolStart(2, 'b'),
        delta(7, { toolUse: { input: '{"city":' } }),
        delta(2, { toolUse: { input: '{"city":"Oslo"}' } }),
        delta(7, { toolUse: { input: '"Riga"}' } }),
        stop(7),
        stop(2),
      ],
      { stopReason: 'tool_use' },
    )
    expect(response.parts.map(argsOf)).toEqual([{ city: 'Riga' }, { city: 'Oslo' }])
    expect(response.parts.map(part => (part as ToolCallPart).toolCallId)).toEqual(['a', 'b'])
  })

  it('R16: events without an index belong to the block that is open', async () => {
    const without = (event: object) =>
      JSON.parse(
        JSON.stringify(event, (key, value: unknown) => (key === 'contentBlockIndex' ? undefined : value)),
      ) as object
    const { response } = await streamed(
      [
        delta(0, { text: 'First.' }),
        stop(0),
        toolStart(1, 'a'),
        delta(1, { toolUse: { input: '{"city":' } }),
        delta(1, { toolUse: { input: '"Riga"}' } }),
        stop(1),
        toolStart(2, 'b'),
        delta(2, { toolUse: { input: '{"city":"Oslo"}' } }),
        stop(2),
      ].map(without),
      { stopReason: 'tool_use' },
    )
    expect(response.parts.slice(1).map(argsOf)).toEqual([{ city: 'Riga' }, { city: 'Oslo' }])
  })

  it('R8: a start with input, or without anything known, breaks nothing', async () => {
    const { response } = await streamed([
      toolStart(0, 'a', { input: {} }),
      delta(0, { toolUse: { input: '{"city":"Riga"}' } }),
      stop(0),
      start(1, { hologram: {} }),
      delta(1, { hologram: 1 }),
      stop(1),
    ])
    expect(response.parts).toHaveLength(1)
  })
})

describe('whole answers that are odd', () => {
  it('R41: a call whose input is no object is told to the model, and goes back as an object', async () => {
    const inputs = [[1, 2], 'text', '{"city":"Riga"}', 7, null]
    endpoint.responder.push(
      reply.blocks(inputs.map((input, index) => ({ toolUse: { toolUseId: `t${index}`, name: 'weather', input } }))),
      'ok',
    )
    const parameters = { functionTools: [weather] }
    const response = await requestModel(endpoint.model(), callOf({ parameters }))
    expect(response.parts.map(argsOf)).toEqual([
      { INVALID_JSON: '[1,2]' },
      { INVALID_JSON: 'text' },
      { city: 'Riga' },
      { INVALID_JSON: '7' },
      {},
    ])
    const results = inputs.map((_, index) => ({
      kind: 'tool-return' as const,
      toolName: 'weather',
      content: 'cold',
      toolCallId: `t${index}`,
    }))
    const messages = [userTurn('x'), response, { kind: 'request' as const, parts: results }]
    expect(textOf(await requestModel(endpoint.model(), callOf({ messages, parameters })))).toBe('ok')
  })

  it('R57: an answer without a message has at least its reason; one without a reason is no answer', async () => {
    const usage = { inputTokens: 1, outputTokens: 0, totalTokens: 1 }
    // one of the overloads of `send` takes a callback and returns nothing
    const body = (more: object) => Promise.resolve({ $metadata: {}, output: undefined, usage, ...more }) as never
    const model = endpoint.model()
    const client = await model.provider.getClient()
    const send = vi.spyOn(client, 'send')
    send.mockReturnValue(body({ stopReason: 'malformed_model_output' }))
    expect(await requestModel(model, callOf())).toMatchObject({ parts: [], finishReason: 'error' })
    send.mockReturnValue(body({}))
    await expect(requestModel(model, callOf())).rejects.toThrow(/sent no message/)
  })
})

describe('families that use tools only without streaming', () => {
  it('answer in one piece where tools are around, and in many where not', async () => {
    const llama = endpoint.model('us.meta.llama3-3-70b-instruct-v1:0')
    endpoint.responder.push(reply.blocks([block.text('Let me see'), block.toolUse('weather', { city: 'Riga' }, 't1')]))
    const withTools = await drain(await streamModel(llama, callOf({ parameters: { functionTools: [weather] } })))
    expect(withTools.error).toBeUndefined()
    expect(withTools.response.parts.map(part => part.kind)).toEqual(['text', 'tool-call'])
    expect(withTools.response.state).toBe('complete')
    expect(withTools.events.map(event => event.kind)).toContain('part-end')
    endpoint.responder.push('Hi')
    await drain(await streamModel(llama, callOf()))
    expect(endpoint.server.log.map(entry => entry.operation)).toEqual(['converse', 'converse-stream'])
  })

  it('do not call tools they have not got: output is asked for in words', async () => {
    const r1 = endpoint.model('us.deepseek.r1-v1:0')
    endpoint.responder.push('{"city":"Riga"}')
    const place = agent({ model: r1, output: z.object({ city: z.string() }) })
    expect((await place.run('Where?')).output).toEqual({ city: 'Riga' })
  })
})

describe('reasoning', () => {
  it('R18 R19: blocks are kept apart, and a signature that comes alone is kept', async () => {
    const reasoning = (index: number, piece: object) => delta(index, { reasoningContent: piece })
    const { response } = await streamed([
      reasoning(0, { text: 'First' }),
      reasoning(0, { signature: 'sig1' }),
      stop(0),
      reasoning(1, { text: 'Second' }),
      reasoning(1, { signature: 'sig2' }),
      stop(1),
      reasoning(2, { signature: 'alone' }),
      stop(2),
    ])
    expect(response.parts).toMatchObject([
      { kind: 'thinking', content: 'First', signature: 'sig1', providerName: 'bedrock' },
      { kind: 'thinking', content: 'Second', signature: 'sig2' },
      { kind: 'thinking', content: '', signature: 'alone' },
    ])
  })

  it('R9: redacted reasoning that comes in pieces is one part', async () => {
    const piece = (bytes: Buffer) => delta(0, { reasoningContent: { redactedContent: bytes.toString('base64') } })
    const { response } = await streamed([piece(Buffer.from('secr')), piece(Buffer.from('et')), stop(0)])
    expect(response.parts).toEqual([
      { kind: 'thinking', id: 'redacted_content', content: '', signature: 'secret', providerName: 'bedrock' },
    ])
  })
})

describe('reasoning that only its model can read', () => {
  it.each([
    ['text', Buffer.from('sealed: é')],
    ['bytes that are no text', Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a])],
  ])('R9: %s is kept, streamed or whole, and goes back unchanged', async (_, bytes) => {
    const redactedContent = bytes.toString('base64')
    const { response } = await streamed([
      delta(0, { reasoningContent: { redactedContent: bytes.subarray(0, 3).toString('base64') } }),
      delta(0, { reasoningContent: { redactedContent: bytes.subarray(3).toString('base64') } }),
      stop(0),
      delta(1, { text: 'Yes' }),
      stop(1),
    ])
    endpoint.responder.push(reply.blocks([{ reasoningContent: { redactedContent } }, block.text('Yes')]), 'ok')
    const whole = await requestModel(endpoint.model(), callOf())
    expect(whole.parts).toEqual(response.parts)
    // as a history that was stored and read again
    const stored = JSON.parse(JSON.stringify(response)) as typeof response
    await requestModel(endpoint.model(), callOf({ messages: [userTurn('x'), stored, userTurn('y')] }))
    const body = endpoint.server.log.at(-1)!.body as { messages: { content: object[] }[] }
    expect(body.messages[1]!.content[0]).toEqual({ reasoningContent: { redactedContent } })
  })
})

describe('text', () => {
  it('R22: empty pieces make no part', async () => {
    const { response, events } = await streamed([
      delta(0, { text: '' }),
      delta(0, { text: 'Hi' }),
      delta(0, { text: '' }),
      stop(0),
    ])
    expect(textOf(response)).toBe('Hi')
    expect(events.filter(event => event.kind === 'part-delta')).toHaveLength(0)
  })

  it('R22: leading blanks are dropped only for families that send them by mistake', async () => {
    const blanks = [delta(0, { text: '\n\n' }), delta(0, { text: 'Hi' }), stop(0)]
    expect(textOf((await streamed(blanks, { model: 'qwen.qwen3-32b-v1:0' })).response)).toBe('Hi')
    expect(textOf((await streamed(blanks)).response)).toBe('\n\nHi')
  })

  it('R20: citations come with the text they belong to, streamed or whole', async () => {
    const citation = { title: 'Report', location: { documentPage: { documentIndex: 0, start: 1, end: 2 } } }
    const { response } = await streamed([delta(0, { text: 'Riga' }), delta(0, { citation }), stop(0)])
    expect(response.parts).toMatchObject([
      { kind: 'text', content: 'Riga', providerName: 'bedrock', providerDetails: { citations: [citation] } },
    ])
    endpoint.responder.push(
      reply.blocks([{ citationsContent: { content: [{ text: 'Riga' }], citations: [citation] } }]),
    )
    expect((await requestModel(endpoint.model(), callOf())).parts).toEqual(response.parts)
  })
})

describe('what the provider ran itself', () => {
  const result = { exitCode: 0, stdOut: '42' }
  const call = { toolUse: { name: 'nova_code_interpreter', toolUseId: 'c1', type: 'server_tool_use' } }
  const answer = { toolResult: { toolUseId: 'c1', type: 'nova_code_interpreter_result', status: 'success' } }

  it('is a call and a return of the provider, streamed or whole', async () => {
    const model = 'us.amazon.nova-2-lite-v1:0'
    const { response } = await streamed(
      [
        start(0, call),
        delta(0, { toolUse: { input: '{"snippet":' } }),
        delta(0, { toolUse: { input: '"6*7"}' } }),
        stop(0),
        start(1, answer),
        delta(1, { toolResult: [{ json: result }] }),
        stop(1),
      ],
      { model },
    )
    expect(response.parts).toMatchObject([
      {
        kind: 'builtin-tool-call',
        toolName: 'code_execution',
        args: '{"snippet":"6*7"}',
        toolCallId: 'c1',
        providerName: 'bedrock',
      },
      {
        kind: 'builtin-tool-return',
        toolName: 'code_execution',
        content: result,
        toolCallId: 'c1',
        providerDetails: { status: 'success' },
      },
    ])
    endpoint.responder.push(
      reply.blocks([
        { toolUse: { ...call.toolUse, input: { snippet: '6*7' } } },
        { toolResult: { ...answer.toolResult, content: [{ json: result }] } },
      ] as never),
    )
    const whole = await requestModel(endpoint.model(model), callOf())
    expect(whole.parts.map(part => part.kind)).toEqual(response.parts.map(part => part.kind))
  })

  it('a web search is a call, a return and cited text, and goes back', async () => {
    const search = { toolUse: { name: 'nova_grounding', toolUseId: 'w1', type: 'server_tool_use' } }
    const found = { toolResult: { toolUseId: 'w1', type: 'nova_grounding_result', status: 'success' } }
    const citation = { location: { web: { url: 'https://example.com/', domain: 'example.com' } } }
    const model = 'us.amazon.nova-2-lite-v1:0'
    const { response } = await streamed(
      [
        start(0, search),
        delta(0, { toolUse: { input: '{}' } }),
        stop(0),
        start(1, found),
        stop(1),
        delta(2, { text: 'Riga' }),
        stop(2),
        delta(3, { citation }),
        stop(3),
      ],
      { model },
    )
    expect(response.parts).toMatchObject([
      { kind: 'builtin-tool-call', toolName: 'web_search', toolCallId: 'w1' },
      { kind: 'builtin-tool-return', toolName: 'web_search', content: null },
      { kind: 'text', content: 'Riga' },
      { kind: 'text', content: '', providerDetails: { citations: [citation] } },
    ])
    endpoint.responder.push('More.')
    await requestModel(endpoint.model(model), callOf({ messages: [userTurn('Hello'), response, userTurn('More?')] }))
    const body = endpoint.server.log.at(-1)!.body as { messages: { content: object[] }[] }
    expect(body.messages[1]!.content).toEqual([
      { toolUse: { ...search.toolUse, input: {} } },
      { toolResult: { ...found.toolResult, content: [{ json: {} }] } },
      { text: 'Riga' },
    ])
  })

  it('images come out as files', async () => {
    const bytes = (text: string) => Buffer.from(text).toString('base64')
    const { response } = await streamed([
      start(0, { image: { format: 'png' } }),
      delta(0, { image: { source: { bytes: bytes('ab') } } }),
      delta(0, { image: { source: { bytes: bytes('cd') } } }),
      stop(0),
    ])
    expect(response.parts).toMatchObject([
      { kind: 'file', content: { kind: 'binary', mediaType: 'image/png', data: bytes('abcd') } },
    ])
  })
})

describe('the end', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'tool_call'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['content_filtered', 'content_filter'],
    ['guardrail_intervened', 'content_filter'],
    ['malformed_model_output', 'error'],
    ['malformed_tool_use', 'error'],
    ['something_new', undefined],
  ])('R57: %s is %s, and the word itself is kept', async (stopReason, finishReason) => {
    const { response } = await streamed([delta(0, { text: 'x' }), stop(0)], { stopReason })
    expect(response.finishReason).toBe(finishReason)
    expect(response.providerDetails).toMatchObject({ finish_reason: stopReason })
    endpoint.responder.push(reply.text('x', { stopReason }))
    expect((await requestModel(endpoint.model(), callOf())).finishReason).toBe(finishReason)
  })

  it.each([[null], ['/delta/stop_sequence'], [{ delta: { stop_sequence: null } }]])(
    'R10: additional response fields of any shape: %j',
    async fields => {
      const { response, error } = await streamed([delta(0, { text: 'x' }), stop(0)], {
        end: { additionalModelResponseFields: fields },
      })
      expect(error).toBeUndefined()
      expect(response.state).toBe('complete')
    },
  )

  it('R4: a stream whose metadata is missing is whole, with no usage', async () => {
    endpoint.responder.push(
      reply.events([
        { messageStart: { role: 'assistant' } },
        delta(0, { text: 'x' }),
        stop(0),
        { messageStop: { stopReason: 'end_turn' } },
      ] as Event[]),
    )
    const { response, error } = await drain(await streamModel(endpoint.model(), callOf()))
    expect(error).toBeUndefined()
    expect(response.usage.inputTokens).toBe(0)
  })

  it('R56: cached tokens are part of the input', async () => {
    endpoint.responder.push(
      reply.text('x', {
        usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 10, cacheWriteInputTokens: 100 },
      }),
    )
    const { response } = await drain(await streamModel(endpoint.model(), callOf()))
    expect(response.usage).toMatchObject({
      inputTokens: 111,
      cacheReadTokens: 10,
      cacheWriteTokens: 100,
      outputTokens: 2,
    })
  })
})

describe('counting', () => {
  it('R64: counts what would be sent', async () => {
    const call = callOf({
      messages: [userTurn('Hello')],
      parameters: { functionTools: [weather], instructionParts: [{ content: 'Help.', dynamic: false }] },
      settings: { thinking: true, maxTokens: 20_000, bedrockCacheInstructions: true, bedrockAnthropicBetas: ['x'] },
    })
    endpoint.responder.push('x')
    await requestModel(endpoint.model(), call)
    await countTokens(endpoint.model(), call)
    const [sent, counted] = endpoint.server.log.map(entry => entry.body) as [
      Record<string, unknown>,
      { input: { converse: Record<string, unknown> } },
    ]
    const { messages, system, toolConfig, additionalModelRequestFields } = sent
    expect(counted.input.converse).toEqual({ messages, system, toolConfig, additionalModelRequestFields })
    expect(Object.keys(additionalModelRequestFields as object)).toEqual(['thinking', 'anthropic_beta'])
  })

  it('R64: a model that cannot count is asked once', async () => {
    endpoint.server.faults.always({
      error: { type: 'ValidationException', message: "The provided model doesn't support counting tokens." },
    })
    const model = endpoint.model(nova)
    for (let round = 0; round < 3; round++)
      await expect(countTokens(model, callOf())).rejects.toMatchObject({ status: 400 })
    expect(endpoint.server.log).toHaveLength(1)
  })
})
