import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  emptyUsage,
  messagesToJson,
  tool,
  UserError,
  type ModelMessage,
  type ModelResponse,
} from '../src/core.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const interrupted = 'The tool call was interrupted before a result was produced.'
const prompt = (content: string): ModelMessage => ({ kind: 'request', parts: [{ kind: 'user-prompt', content }] })
const response = (extra: Partial<ModelResponse>): ModelMessage => ({
  kind: 'response',
  parts: [],
  usage: emptyUsage,
  ...extra,
})
const returned = (toolCallId: string): ModelMessage => ({
  kind: 'request',
  parts: [{ kind: 'tool-return', toolName: 't', content: 'r', toolCallId }],
})
const t = tool({ name: 't', input: z.object({}), run: () => 'ran' })

describe('a history with holes', () => {
  it('drops results nobody asked for', async () => {
    const model = scripted('ok')
    const history = [prompt('a'), returned('ghost'), response({ parts: [{ kind: 'text', content: 'b' }] })]
    const { messages } = await agent({ model }).run('c', { messageHistory: history })
    expect(toolResults(messages)).toEqual([])
    expect(toolResults(model.sent[0]!)).toEqual([])
  })

  it('answers calls that were left open in the middle', async () => {
    const model = scripted('ok')
    const history = [
      prompt('a'),
      response({ parts: [call('t', {}, '1'), call('t', {}, '2')] }),
      returned('2'),
      response({ parts: [{ kind: 'text', content: 'b' }] }),
    ]
    const { messages } = await agent({ model, tools: [t] }).run('c', { messageHistory: history })
    expect(toolResults(messages)).toEqual([
      ['t', 'r'],
      ['t', interrupted],
    ])
    expect(requestParts(messages).find(part => part.kind === 'tool-return' && part.toolCallId === '1')).toMatchObject({
      outcome: 'interrupted',
    })
  })

  it('merges requests that follow each other, and leaves what it was given alone', async () => {
    const model = scripted('ok')
    const history = [prompt('a'), prompt('b')]
    const copy = structuredClone(history)
    const { messages } = await agent({ model }).run('c', { messageHistory: history })
    expect(model.sent[0]).toHaveLength(1)
    expect(requestParts(model.sent[0]!).map(part => part.kind === 'user-prompt' && part.content)).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(history).toEqual(copy)
    expect(messages.at(-1)?.kind).toBe('response')
  })
})

describe('what a history ends with', () => {
  it('a request: it is sent again, and stays old', async () => {
    const model = scripted('ok')
    const old = prompt('hello')
    const result = await agent({ model }).run(null, { messageHistory: [old] })
    expect(result.messages).toHaveLength(2)
    expect(result.newMessages).toHaveLength(1)
    expect(requestParts(model.sent[0]!)).toMatchObject([{ content: 'hello' }])
  })

  it('a text: it is the output, no request is made', async () => {
    const model = scripted()
    const history = [prompt('a'), response({ parts: [{ kind: 'text', content: 'done' }] })]
    const result = await agent({ model }).run(null, { messageHistory: history })
    expect(result.output).toBe('done')
    expect(result.usage.requests).toBe(0)
    expect(result.newMessages).toEqual([])
  })

  it('a text, for an agent with instructions: the model is asked again', async () => {
    const model = scripted('more')
    const history = [prompt('a'), response({ parts: [{ kind: 'text', content: 'done' }] })]
    const result = await agent({ model, instructions: 'Go on.' }).run(null, { messageHistory: history })
    expect(result.output).toBe('more')
  })

  it('tool calls: they are run', async () => {
    const model = scripted('ok')
    const history = [prompt('a'), response({ parts: [call('t', {}, '1')] })]
    const { output, messages } = await agent({ model, tools: [t] }).run(null, { messageHistory: history })
    expect(output).toBe('ok')
    expect(toolResults(messages)).toEqual([['t', 'ran']])
  })

  it('tool calls, and there is a new prompt: refused', async () => {
    const history = [prompt('a'), response({ parts: [call('t', {}, '1')] })]
    const running = agent({ model: scripted('ok'), tools: [t] }).run('b', { messageHistory: history })
    await expect(running).rejects.toBeInstanceOf(UserError)
  })

  it('tool calls of a response that was interrupted: they are closed, the prompt follows', async () => {
    const model = scripted('ok')
    const history = [prompt('a'), response({ parts: [call('t', '{"cut', '1')], state: 'interrupted' })]
    const { output, messages } = await agent({ model, tools: [t] }).run('b', { messageHistory: history })
    expect(output).toBe('ok')
    expect(toolResults(messages)).toEqual([['t', interrupted]])
    expect(requestParts(messages).at(-1)).toMatchObject({ content: 'b' })
  })

  it('a request with only some of its results: the rest is closed', async () => {
    const model = scripted('ok')
    const history: ModelMessage[] = [
      prompt('a'),
      response({ parts: [call('t', {}, '1'), call('t', {}, '2')] }),
      {
        ...returned('1'),
        kind: 'request',
        parts: [{ kind: 'tool-return', toolName: 't', content: 'r', toolCallId: '1' }],
        state: 'interrupted',
      },
    ]
    const { messages } = await agent({ model, tools: [t] }).run('b', { messageHistory: history })
    expect(toolResults(messages)).toEqual([
      ['t', 'r'],
      ['t', interrupted],
    ])
  })

  it('nothing at all: there must be something to send', async () => {
    await expect(agent({ model: scripted('ok') }).run()).rejects.toThrow(/Nothing to send/)
    expect((await agent({ model: scripted('ok'), instructions: 'Say hello.' }).run()).output).toBe('ok')
  })
})

it('a second run continues the first', async () => {
  const first = await agent({ model: scripted(answer(call('t')), 'one'), tools: [t] }).run('a')
  const model = scripted('two')
  const second = await agent({ model, tools: [t] }).run('b', { messageHistory: first.messages })
  expect(model.sent[0]).toHaveLength(5)
  expect(second.messages.slice(0, 4)).toEqual(first.messages)
  expect(second.newMessages.map(message => message.kind)).toEqual(['request', 'response'])
  expect(second.conversationId).toBe(first.conversationId)
  expect(second.runId).not.toBe(first.runId)
})

it('a stored history that was never read is refused, not sent as messages without content', async () => {
  const { messages } = await agent({ model: scripted('Hello.') }).run('Hi.')
  const stored = JSON.parse(messagesToJson(messages)) as ModelMessage[]
  await expect(agent({ model: scripted('never') }).run('And?', { messageHistory: stored })).rejects.toThrow(
    'Read what is stored with `messagesFromJson()`',
  )
  // what was written by `JSON.stringify` is as good as the messages themselves
  const copied = JSON.parse(JSON.stringify(messages)) as ModelMessage[]
  const { output } = await agent({ model: scripted('Fine.') }).run('And?', { messageHistory: copied })
  expect(output).toBe('Fine.')
})
