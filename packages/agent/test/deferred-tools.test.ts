import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  CallDeferred,
  deferredToolRequests,
  ExternalToolset,
  messagesFromJson,
  messagesToJson,
  text,
  tool,
  toolReturn,
  UserError,
  type DeferredToolRequests,
} from '../src/core.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const external = new ExternalToolset([{ name: 'ship', parametersJsonSchema: { type: 'object' } }])
const local = tool({ name: 'local', input: z.object({}), run: () => 'here' })
const output = [text, deferredToolRequests]

function requested(value: unknown): DeferredToolRequests {
  expect(value).toMatchObject({ kind: 'deferred-tool-requests' })
  return value as DeferredToolRequests
}

describe('calls that run elsewhere', () => {
  it('end the run after the other tools ran', async () => {
    const model = scripted(answer(call('ship', { to: 'Riga' }, 's1'), call('local', {}, 'l1')))
    const result = await agent({ model, tools: [local], toolsets: [external], output }).run('go')
    expect(requested(result.output)).toMatchObject({
      calls: [{ toolName: 'ship', toolCallId: 's1', args: { to: 'Riga' } }],
      approvals: [],
    })
    expect(toolResults(result.messages)).toEqual([['local', 'here']])
    expect(result.messages.at(-1)?.kind).toBe('request')
  })

  it('resume with results, then the prompt', async () => {
    const shop = (model: ReturnType<typeof scripted>) => agent({ model, tools: [local], toolsets: [external], output })
    const first = await shop(scripted(answer(call('ship', {}, 's1'), call('local', {}, 'l1')))).run('go')
    // a history survives storage in between
    const history = messagesFromJson(messagesToJson(first.messages))
    const model = scripted('shipped')
    const second = await shop(model).run('and now?', {
      messageHistory: history,
      deferredToolResults: { calls: { s1: { tracking: 7 } } },
    })
    expect(second.output).toBe('shipped')
    expect(toolResults(second.messages)).toEqual([
      ['local', 'here'],
      ['ship', { tracking: 7 }],
    ])
    expect(requestParts(model.sent[0]!).at(-1)).toMatchObject({ kind: 'user-prompt', content: 'and now?' })
  })

  it('take every form of result', async () => {
    const ids = ['value', 'rich', 'retry', 'failed', 'nothing']
    const first = await agent({
      model: scripted(answer(...ids.map(id => call('ship', {}, id)))),
      toolsets: [external],
      output,
    }).run('go')
    const model = scripted('ok')
    const { messages } = await agent({ model, toolsets: [external], output, retries: 2 }).run(null, {
      messageHistory: first.messages,
      deferredToolResults: {
        calls: {
          value: [1, 2],
          rich: toolReturn('seen', { content: 'look at this', metadata: { cost: 3 } }),
          retry: { kind: 'model-retry', message: 'which one?' },
          failed: { kind: 'tool-failed', message: 'sold out' },
          nothing: undefined,
        },
      },
    })
    const parts = requestParts(messages).slice(1)
    expect(parts).toMatchObject([
      { kind: 'tool-return', toolCallId: 'value', content: [1, 2] },
      { kind: 'tool-return', toolCallId: 'rich', content: 'seen', metadata: { cost: 3 } },
      { kind: 'retry-prompt', toolCallId: 'retry', content: 'which one?' },
      { kind: 'tool-return', toolCallId: 'failed', content: 'sold out', outcome: 'failed' },
      { kind: 'tool-return', toolCallId: 'nothing', content: null },
      { kind: 'user-prompt', content: 'look at this' },
    ])
  })

  it('a tool may decide to defer while it runs', async () => {
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      run: () => {
        throw new CallDeferred({ queue: 'night' })
      },
    })
    const first = await agent({ model: scripted(answer(call('slow', {}, 's1'))), tools: [slow], output }).run('go')
    expect(requested(first.output)).toMatchObject({
      calls: [{ toolCallId: 's1' }],
      metadata: { s1: { queue: 'night' } },
    })
  })

  it('need an output that allows for them', async () => {
    const model = scripted(answer(call('ship', {}, 's1')))
    await expect(agent({ model, toolsets: [external] }).run('go')).rejects.toThrow(
      /`ship` has to be approved or answered elsewhere.*`deferredToolRequests`/,
    )
  })

  it('are not needed any more when the run has its output', async () => {
    const model = scripted(answer(call('ship', {}, 's1'), call('final_result', { n: 1 })))
    const { output: value, messages } = await agent({
      model,
      toolsets: [external],
      output: z.object({ n: z.number() }),
    }).run('go')
    expect(value).toEqual({ n: 1 })
    expect(toolResults(messages)).toContainEqual(['ship', 'Tool not executed - a final result was already processed.'])
  })
})

describe('results that do not fit', () => {
  async function opened() {
    const model = scripted(answer(call('ship', {}, 's1'), call('ship', {}, 's2'), call('local', {}, 'l1')))
    const { messages } = await agent({ model, tools: [local], toolsets: [external], output }).run('go')
    const resumed = agent({ model: scripted('ok'), tools: [local], toolsets: [external], output })
    return { messages, resumed }
  }

  it.each([
    ['one is missing', { s1: 1 }, 'Expected: `s1`, `s2`; got: `s1`.'],
    ['one is unknown', { s1: 1, s2: 2, s3: 3 }, 'got: `s1`, `s2`, `s3`.'],
    ['one is for a call that was executed', { s1: 1, s2: 2, l1: 3 }, 'Tool call `l1` was already executed'],
  ])('%s', async (_, calls, message) => {
    const { messages, resumed } = await opened()
    const running = resumed.run(null, { messageHistory: messages, deferredToolResults: { calls } })
    await expect(running).rejects.toThrow(message)
    await expect(running).rejects.toBeInstanceOf(UserError)
  })

  it('both an approval and a result', async () => {
    const { messages, resumed } = await opened()
    const deferredToolResults = { calls: { s1: 1, s2: 2 }, approvals: { s1: true } }
    await expect(resumed.run(null, { messageHistory: messages, deferredToolResults })).rejects.toThrow(
      '`s1` has both an approval and a result',
    )
  })

  it('no history, or none that ends with calls', async () => {
    const { resumed } = await opened()
    const deferredToolResults = { calls: { s1: 1 } }
    await expect(resumed.run('x', { deferredToolResults })).rejects.toThrow('need the history of the run')
    const { messages } = await agent({ model: scripted('hi') }).run('hello')
    await expect(resumed.run('x', { messageHistory: messages, deferredToolResults })).rejects.toThrow(
      'need the history of the run',
    )
  })

  it('a new prompt over open calls', async () => {
    const model = scripted(answer(call('ship', {}, 's1')))
    const { messages } = await agent({ model, toolsets: [external], output }).run('go')
    const again = agent({ model: scripted('ok'), toolsets: [external], output })
    await expect(again.run('never mind', { messageHistory: messages })).rejects.toThrow(/tool calls without results/)
  })
})
