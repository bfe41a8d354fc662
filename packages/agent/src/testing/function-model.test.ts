import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import type { ModelEvent } from '../messages/event.ts'
import { requestModel, streamModel } from '../models/call-model.ts'
import type { ModelCall } from '../models/model.ts'
import { requestUsage } from '../usage/usage.ts'
import { FunctionModel, type FunctionModelInfo, type StreamPiece } from './function-model.ts'

const call: ModelCall = {
  messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }],
  settings: { temperature: 1 },
  parameters: {
    functionTools: [
      { name: 'open', parametersJsonSchema: {} },
      { name: 'hidden', parametersJsonSchema: {}, deferLoading: true },
    ],
    nativeTools: [],
    outputMode: 'text',
    outputTools: [],
    allowTextOutput: true,
    allowImageOutput: false,
    instructionParts: [
      { content: 'Be nice.', dynamic: false },
      { content: 'Now.', dynamic: true },
    ],
  },
}

async function* pieces(...given: StreamPiece[]): AsyncGenerator<StreamPiece> {
  yield* given
}

async function eventsOf(model: FunctionModel): Promise<{ events: ModelEvent[]; response: object }> {
  const stream = await streamModel(model, call)
  const events: ModelEvent[] = []
  for await (const event of stream) events.push(event)
  return { events, response: stream.response() }
}

describe('whole answers', () => {
  it('are a text or parts; usage is estimated and the name is the functions’', async () => {
    const model = new FunctionModel({
      function: async function answer() {
        return 'Hi there'
      },
    })
    expect(await requestModel(model, call)).toMatchObject({
      kind: 'response',
      parts: [{ kind: 'text', content: 'Hi there' }],
      modelName: 'function:answer:',
      usage: { inputTokens: 51, outputTokens: 2 },
    })
    const usage = requestUsage({ inputTokens: 7 })
    const parts = [{ kind: 'thinking', content: 'hm' }] as const
    const given = new FunctionModel({ function: () => ({ parts, usage, finishReason: 'length' }), modelName: 'mine' })
    expect(await requestModel(given, call)).toMatchObject({ parts, usage, finishReason: 'length', modelName: 'mine' })
  })

  it('see the messages and what is on offer', async () => {
    let seen: { messages: unknown; info: FunctionModelInfo } | undefined
    await requestModel(
      new FunctionModel({ function: (messages, info) => ((seen = { messages, info }), ''), settings: { seed: 1 } }),
      call,
    )
    expect(seen?.messages).toEqual(call.messages)
    expect(seen?.info).toMatchObject({
      functionTools: [{ name: 'open' }],
      outputTools: [],
      allowTextOutput: true,
      settings: { temperature: 1, seed: 1 },
      instructions: 'Be nice.\n\nNow.',
    })
  })

  it('are replayed where a stream is asked for', async () => {
    const { events } = await eventsOf(new FunctionModel({ function: () => 'Hi' }))
    expect(events.map(event => event.kind)).toEqual(['part-start', 'final-result', 'part-end'])
  })
})

describe('streamed answers', () => {
  it('are put together from text, thinking and calls', async () => {
    const { events, response } = await eventsOf(
      new FunctionModel({
        streamFunction: () =>
          pieces(
            { 0: { thinking: 'h' } },
            { 0: { thinking: 'm', signature: 's' } },
            'Let me ',
            'see',
            { 1: { name: 'open', args: '{"x', toolCallId: 'c' }, 2: { args: '{' } },
            { 1: { args: '":1}' }, 2: { name: 'open', toolCallId: 'd', args: '}' } },
          ),
      }),
    )
    expect(response).toMatchObject({
      parts: [
        { kind: 'thinking', content: 'hm', signature: 's', providerName: 'function' },
        { kind: 'text', content: 'Let me see' },
        { kind: 'tool-call', toolName: 'open', args: '{"x":1}', toolCallId: 'c' },
        { kind: 'tool-call', toolName: 'open', args: '{}', toolCallId: 'd' },
      ],
      modelName: 'function::streamFunction',
      state: 'complete',
      usage: { outputTokens: 11 },
    })
    expect(events.filter(event => event.kind === 'part-end')).toHaveLength(4)
  })

  it('may hold parts of the provider', async () => {
    const part = { kind: 'builtin-tool-call', toolName: 'web_search', args: {}, toolCallId: 'w' } as const
    const { response } = await eventsOf(new FunctionModel({ streamFunction: () => pieces({ 0: part }, 'found') }))
    expect(response).toMatchObject({ parts: [part, { content: 'found' }] })
  })

  it('are read to their end where a whole answer is asked for', async () => {
    const model = new FunctionModel({ streamFunction: () => pieces('a', 'b') })
    expect((await requestModel(model, call)).parts).toEqual([{ kind: 'text', content: 'ab' }])
  })

  it('are closed when the reader leaves, and told so', async () => {
    let closed = 0
    let signal: AbortSignal | undefined
    const model = new FunctionModel({
      streamFunction: async function* (_messages, info) {
        signal = info.signal
        try {
          for (;;) yield 'a'
        } finally {
          closed += 1
        }
      },
    })
    for await (const _ of await streamModel(model, call)) break
    expect([closed, signal?.aborted]).toEqual([1, true])
    await (await streamModel(model, call)).cancel()
    expect(closed).toBe(2)
  })

  it('have to say something', async () => {
    await expect(streamModel(new FunctionModel({ streamFunction: () => pieces() }), call)).rejects.toThrow(UserError)
  })
})

it('needs a function', () => {
  expect(() => new FunctionModel({})).toThrow(UserError)
})
