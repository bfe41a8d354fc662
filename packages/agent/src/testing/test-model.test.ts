import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { RequestPart } from '../messages/part.ts'
import { requestModel, streamModel } from '../models/call-model.ts'
import type { ModelRequestParameters } from '../models/model.ts'
import { TestModel, type TestModelOptions } from './test-model.ts'

const tool = (name: string, rest: object = {}) => ({
  name,
  parametersJsonSchema: { type: 'object', properties: { x: { type: 'integer' } }, required: ['x'] },
  ...rest,
})

const base: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

const structured: Partial<ModelRequestParameters> = {
  outputMode: 'tool',
  allowTextOutput: false,
  outputTools: [tool('first', { kind: 'output' }), tool('second', { kind: 'output' })],
}

const hello: ModelMessage = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }

const ask = (options: TestModelOptions, parameters: Partial<ModelRequestParameters>, ...messages: ModelMessage[]) =>
  requestModel(new TestModel(options), {
    messages: [hello, ...messages],
    settings: {},
    parameters: { ...base, ...parameters },
  })

const calls = ({ parts }: ModelResponse) =>
  parts.map(part =>
    part.kind === 'tool-call' ? [part.toolName, part.args] : part.kind === 'text' ? part.content : part.kind,
  )

const answered = (...parts: RequestPart[]): ModelMessage[] => [
  { kind: 'response', parts: [], usage: {} as never },
  { kind: 'request', parts },
]

describe('the first answer', () => {
  it('calls every tool with data made from its schema', async () => {
    const response = await ask({ seed: 7 }, { functionTools: [tool('a'), tool('b')] })
    expect(calls(response)).toEqual([
      ['a', { x: 7 }],
      ['b', { x: 7 }],
    ])
    expect(response).toMatchObject({
      modelName: 'test',
      providerName: 'test',
      usage: { inputTokens: 51, outputTokens: 8 },
    })
  })

  it('or those that are named, and no hidden ones', async () => {
    const functionTools = [tool('a'), tool('b'), tool('hidden', { deferLoading: true })]
    expect(calls(await ask({ callTools: ['b'] }, { functionTools }))).toEqual([['b', { x: 0 }]])
    expect(calls(await ask({}, { functionTools }))).toHaveLength(2)
    expect(calls(await ask({ callTools: [] }, { functionTools }))).toEqual(['success (no tool calls)'])
    await expect(ask({ callTools: ['gone'] }, { functionTools })).rejects.toThrow('does not offer')
    await expect(ask({ callTools: ['hidden'] }, { functionTools })).rejects.toThrow('hidden')
  })
})

describe('after that', () => {
  it('tools that ask for a retry are called again', async () => {
    const messages = answered({ kind: 'retry-prompt', content: 'no', toolName: 'b', toolCallId: 'c' })
    expect(calls(await ask({}, { functionTools: [tool('a'), tool('b')] }, ...messages))).toEqual([['b', { x: 0 }]])
  })

  it('output tools too', async () => {
    const messages = answered({ kind: 'retry-prompt', content: 'no', toolName: 'first', toolCallId: 'c' })
    expect(calls(await ask({ customOutputArgs: { y: 1 } }, structured, ...messages))).toEqual([['first', { y: 1 }]])
  })

  it('a retry that names no tool is answered anew', async () => {
    const messages = answered({ kind: 'retry-prompt', content: 'no', toolCallId: 'c' })
    expect(calls(await ask({ customOutputText: 'again' }, { functionTools: [tool('a')] }, ...messages))).toEqual([
      'again',
    ])
  })

  it('text is what the tools returned', async () => {
    const messages = answered(
      { kind: 'tool-return', toolName: 'a', content: { deep: [1] }, toolCallId: 'c' },
      { kind: 'tool-return', toolName: 'b', content: 'text', toolCallId: 'd' },
    )
    expect(calls(await ask({}, { functionTools: [tool('a')] }, ...messages))).toEqual(['{"a":{"deep":[1]},"b":"text"}'])
  })
})

describe('structured output', () => {
  it('is the output tool that the seed chooses', async () => {
    expect(calls(await ask({}, structured))).toEqual([['first', { x: 0 }]])
    expect(calls(await ask({ seed: 3 }, structured))).toEqual([['second', { x: 3 }]])
  })

  it('custom arguments are those of the first, wrapped where it wraps', async () => {
    expect(calls(await ask({ seed: 1, customOutputArgs: { y: 2 } }, structured))).toEqual([['first', { y: 2 }]])
    const outputTools = [tool('out', { outerTypedDictKey: 'response' })]
    expect(calls(await ask({ customOutputArgs: [1] }, { ...structured, outputTools }))).toEqual([
      ['out', { response: [1] }],
    ])
  })

  it.each(['native', 'prompted'] as const)('is an object as text in %s mode', async outputMode => {
    const outputObject = { jsonSchema: { type: 'object', properties: { n: { const: 4 } }, required: ['n'] } }
    expect(calls(await ask({}, { outputMode, outputObject }))).toEqual(['{"n":4}'])
    expect(calls(await ask({ customOutputArgs: { n: 5 } }, { outputMode, outputObject }))).toEqual(['{"n":5}'])
  })
})

describe('refuses', () => {
  it('two custom outputs', () => {
    expect(() => new TestModel({ customOutputText: '', customOutputArgs: {} })).toThrow(UserError)
  })

  it('a custom output that does not fit', async () => {
    await expect(ask({ customOutputText: 'x' }, structured)).rejects.toThrow(UserError)
    await expect(ask({ customOutputArgs: {} }, {})).rejects.toThrow(UserError)
  })

  it('native tools', async () => {
    await expect(ask({}, { nativeTools: [{ kind: 'web_search' }] })).rejects.toThrow('native tools')
  })
})

it('keeps what the agent offered', async () => {
  const model = new TestModel()
  await requestModel(model, { messages: [hello], settings: {}, parameters: { ...base, functionTools: [tool('a')] } })
  expect(model.lastParameters).toMatchObject({ outputMode: 'text', functionTools: [{ name: 'a' }] })
})

describe('streams', () => {
  const stream = (options: TestModelOptions, parameters: Partial<ModelRequestParameters> = {}) =>
    streamModel(new TestModel(options), { messages: [hello], settings: {}, parameters: { ...base, ...parameters } })

  it.each([
    ['Some good words', ['', 'Some ', 'good ', 'words']],
    ['single', ['', 'sin', 'gle']],
    ['ab', ['', 'ab']],
  ])('the text %o word by word', async (customOutputText, expected) => {
    const pieces: string[] = []
    const opened = await stream({ customOutputText })
    for await (const event of opened) {
      if (event.kind === 'part-start' && event.part.kind === 'text') pieces.push(event.part.content)
      if (event.kind === 'part-delta' && event.delta.kind === 'text') pieces.push(event.delta.contentDelta)
    }
    expect(pieces).toEqual(expected)
    expect(opened.response()).toMatchObject({
      parts: [{ content: customOutputText }],
      state: 'complete',
      usage: { inputTokens: 51 },
    })
  })

  it('calls whole', async () => {
    const opened = await stream({}, { functionTools: [tool('a')] })
    const kinds = []
    for await (const event of opened) kinds.push(event.kind)
    expect(kinds).toEqual(['part-start', 'part-end'])
    expect(opened.response().usage).toMatchObject({ outputTokens: 4 })
  })
})
