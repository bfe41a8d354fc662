import { describe, expect, it } from 'vitest'
import type { ModelMessage, ModelRequest, ModelResponse } from '../messages/message.ts'
import type { RequestPart, ResponsePart } from '../messages/part.ts'
import { emptyUsage } from '../usage/usage.ts'
import type { Model, ModelRequestParameters } from './model.ts'
import { prepareMessages } from './prepare-messages.ts'
import { resolveProfile, type ModelProfile } from './profile.ts'

const request = (...parts: RequestPart[]): ModelRequest => ({ kind: 'request', parts })
const response = (...parts: ResponsePart[]): ModelResponse => ({
  kind: 'response',
  parts,
  usage: emptyUsage,
  modelName: 'other',
})
const system = (content: string): RequestPart => ({ kind: 'system-prompt', content })
const user = (content: string): RequestPart => ({ kind: 'user-prompt', content })
const text = (content: string): ResponsePart => ({ kind: 'text', content })
const reveal = (...toolsAdded: string[]): RequestPart => ({ kind: 'tool-availability-delta', toolsAdded })

const modelWith = (profile: Partial<ModelProfile> = {}): Model => ({
  modelName: 'm',
  system: 'acme',
  profile: resolveProfile(profile),
  request: () => Promise.reject(new Error('not asked')),
  requestStream: () => Promise.reject(new Error('not asked')),
})

const offering = (...names: string[]): ModelRequestParameters => ({
  functionTools: names.map(name => ({ name, parametersJsonSchema: {}, deferLoading: true })),
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
})

const prepare = (messages: ModelMessage[], profile: Partial<ModelProfile> = {}, parameters = offering()) =>
  prepareMessages(modelWith(profile), messages, parameters)

it('returns the history itself when there is nothing to rewrite', () => {
  const messages = [request(system('s'), user('a')), response(text('b')), request(user('c'))]
  expect(prepare(messages)).toBe(messages)
})

describe('system prompts', () => {
  it('behind the start become user text', () => {
    const first = request(system('s'), system('t'), user('a'))
    expect(prepare([first, response(text('b')), request(system('late'), user('c'))])).toEqual([
      first,
      response(text('b')),
      request({ kind: 'user-prompt', content: '<system>late</system>', timestamp: undefined }, user('c')),
    ])
  })

  it('stay where the model takes them anywhere', () => {
    const messages = [request(user('a')), response(text('b')), request(system('late'))]
    expect(prepare(messages, { supportsInlineSystemPrompts: true })).toBe(messages)
  })
})

describe('speech', () => {
  it('becomes its transcript', () => {
    expect(
      prepare([
        request({ kind: 'speech', speaker: 'user', transcript: 'Hi' }),
        response(
          { kind: 'speech', speaker: 'assistant', transcript: 'Hello' },
          { kind: 'speech', speaker: 'assistant' },
        ),
      ]),
    ).toEqual([request(user('Hi')), response(text('Hello'))])
  })

  it('without a transcript is audio, where the model hears', () => {
    const audio = { kind: 'binary', data: 'AA==', mediaType: 'audio/wav' } as const
    const spoken = request({ kind: 'speech', speaker: 'user', audio }, user('and this'))
    expect(prepare([spoken])).toEqual([request(user('and this'))])
    expect(prepare([spoken], { supportsAudioInput: true })).toEqual([
      request({ kind: 'user-prompt', content: [audio] }, user('and this')),
    ])
  })
})

describe('revealed tools', () => {
  it('are announced, as far as they are on offer', () => {
    const messages = [
      request(user('a'), reveal('found', 'gone'), user('b')),
      response(text('c')),
      request(reveal('gone')),
    ]
    expect(prepare(messages, {}, offering('found'))).toEqual([
      request(
        user('a'),
        {
          kind: 'user-prompt',
          content: '<system>The following tool(s) are now available: `found`</system>',
          timestamp: undefined,
        },
        user('b'),
      ),
      response(text('c')),
    ])
  })

  it('stay in the history where the model can add tools', () => {
    const messages = [request(user('a')), request(reveal('found'))]
    expect(prepare(messages, { toolAdditionMode: 'by-reference' }, offering('found'))).toBe(messages)
  })

  it('are found by a search that never was, where the provider hides tools', () => {
    const parameters = { ...offering('found'), toolVisibility: new Map([['found', 'deferred' as const]]) }
    const prepared = prepare(
      [request(user('a'), reveal('found'), user('b'))],
      { toolDeferralMode: 'standalone' },
      parameters,
    )
    expect(prepared).toMatchObject([
      { parts: [user('a')] },
      {
        parts: [{ kind: 'tool-call', toolName: 'search_tools', args: { queries: ['found'] }, toolKind: 'tool-search' }],
      },
      { parts: [{ kind: 'tool-return', content: { discovered_tools: [{ name: 'found' }] } }, user('b')] },
    ])
    const ids = prepared.flatMap(({ parts }) => parts.flatMap(part => ('toolCallId' in part ? [part.toolCallId] : [])))
    expect(new Set(ids).size).toBe(1)
  })

  it('are rendered anew when the offer changes', () => {
    const model = modelWith()
    const messages = [request(user('a'), reveal('found')), response(text('b')), request(user('c'))]
    expect(prepareMessages(model, messages, offering())).toHaveLength(3)
    expect(prepareMessages(model, messages, offering())[0]?.parts).toHaveLength(1)
    expect(prepareMessages(model, messages, offering('found'))[0]?.parts).toHaveLength(2)
  })
})

describe("another provider's tool search", () => {
  const call = {
    kind: 'builtin-tool-call',
    toolName: 'tool_search',
    args: { queries: ['x'] },
    toolCallId: 's1',
    toolKind: 'tool-search',
    providerName: 'other',
  } as const
  const found = {
    kind: 'builtin-tool-return',
    toolName: 'tool_search',
    content: { discovered_tools: [{ name: 'found' }] },
    toolCallId: 's1',
    toolKind: 'tool-search',
    providerName: 'other',
  } as const
  const messages = [request(user('a')), response(text('b'), call, found, text('c'))]

  it('becomes a search by our own tool', () => {
    expect(prepare(messages)).toMatchObject([
      request(user('a')),
      { kind: 'response', parts: [text('b'), { kind: 'tool-call', toolName: 'search_tools', toolCallId: 's1' }] },
      {
        kind: 'request',
        parts: [{ kind: 'tool-return', toolName: 'search_tools', content: found.content, toolCallId: 's1' }],
      },
      { kind: 'response', parts: [text('c')] },
    ])
  })

  it('stays with the provider that made it', () => {
    const own = [request(user('a')), response({ ...call, providerName: 'acme' }, { ...found, providerName: 'acme' })]
    const searching = { supportedNativeTools: new Set(['tool_search']) }
    expect(prepare(own, searching)).toBe(own)
    expect(prepare(messages, searching)).not.toBe(messages)
  })

  it('without a result is left out', () => {
    expect(prepare([request(user('a')), response(text('b'), call)])).toEqual([request(user('a')), response(text('b'))])
  })
})

describe('a growing history', () => {
  it('gives the same messages as one prepared at once, and looks at each message once', () => {
    const model = modelWith()
    let looked = 0
    const watched = (message: ModelRequest): ModelRequest => ({
      ...message,
      get parts() {
        looked += 1
        return message.parts
      },
    })
    const live: ModelMessage[] = []
    const all: ModelMessage[] = []
    for (let i = 0; i < 200; i += 1) {
      const added = [i % 7 === 3 ? request(system(`late ${i}`), user('a')) : request(user(`${i}`)), response(text('b'))]
      live.push(watched(added[0] as ModelRequest))
      prepareMessages(model, live, offering())
      live.push(added[1]!)
      all.push(...added)
    }
    expect(looked).toBeLessThan(200 * 8)
    expect(prepareMessages(model, live, offering())).toEqual(prepareMessages(modelWith(), all, offering()))
  })

  it('may have its last message replaced, or be cut', () => {
    const model = modelWith()
    const live: ModelMessage[] = [request(user('a')), response(text('b')), request(system('x'))]
    prepareMessages(model, live, offering())
    live[2] = request(system('y'))
    expect(prepareMessages(model, live, offering())[2]?.parts).toMatchObject([{ content: '<system>y</system>' }])
    live.length = 1
    expect(prepareMessages(model, live, offering())).toEqual([request(user('a'))])
    live.push(request(system('z')))
    expect(prepareMessages(model, live, offering())[1]?.parts).toMatchObject([{ content: '<system>z</system>' }])
  })
})
