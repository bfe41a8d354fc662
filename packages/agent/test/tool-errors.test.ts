import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, failedRunOf, tool, ToolFailed } from '../src/core.ts'
import { untilAborted } from './support/deferred.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const boom = new Error('boom')
const failures: Record<string, { readonly run: () => unknown; readonly thrown: unknown }> = {
  'throws at once': {
    run: () => {
      throw boom
    },
    thrown: boom,
  },
  'rejects later': {
    run: async () => {
      await new Promise(setImmediate)
      throw boom
    },
    thrown: boom,
  },
  'throws text': {
    run: () => {
      throw 'just text'
    },
    thrown: 'just text',
  },
  'throws undefined': {
    run: () => {
      throw undefined
    },
    thrown: undefined,
  },
  'throws a frozen object': {
    run: () => Promise.reject(Object.freeze({ code: 7 })),
    thrown: { code: 7 },
  },
}

describe.each(ways)('a tool that fails, in %s()', way => {
  it.each(Object.keys(failures))('%s: the run ends with that very value', async name => {
    const { run, thrown } = failures[name]!
    const broken = tool({ name: 'broken', input: z.object({}), run })
    const outcome = await drivers[way](agent({ model: scripted(answer(call('broken'))), tools: [broken] }), 'go').then(
      () => ({ error: 'none' as unknown }),
      (error: unknown) => ({ error }),
    )
    expect(outcome.error).toEqual(thrown)
    if (typeof thrown === 'object' && thrown !== null) {
      expect(failedRunOf(outcome.error)).toMatchObject({ step: 1, usage: { requests: 1, toolCalls: 0 } })
      expect(failedRunOf(outcome.error)?.messages.map(message => message.kind)).toEqual(['request', 'response'])
    }
  })

  it('the others are told to stop; what they had done is kept', async () => {
    const told: unknown[] = []
    const quick = tool({ name: 'quick', input: z.object({}), run: () => 'done' })
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      run: (_, ctx) => untilAborted(ctx.signal).finally(() => told.push(ctx.signal.reason)),
    })
    const broken = tool({
      name: 'broken',
      input: z.object({}),
      run: async () => {
        await new Promise(setImmediate)
        throw boom
      },
    })
    const model = scripted(answer(call('quick'), call('slow'), call('broken')))
    const error = await drivers[way](agent({ model, tools: [quick, slow, broken] }), 'go').catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBe(boom)
    expect(told).toEqual([boom])
    const messages = failedRunOf(error)?.messages ?? []
    expect(toolResults(messages)).toEqual([['quick', 'done']])
    expect(messages.at(-1)).toMatchObject({ state: 'interrupted' })
  })
})

it('ToolFailed tells the model and costs no budget', async () => {
  const closed = tool({
    name: 'closed',
    input: z.object({}),
    run: () => {
      throw new ToolFailed('The shop is closed.')
    },
  })
  const model = scripted(...[1, 2, 3].map(n => answer(call('closed', {}, `${n}`))), 'ok')
  const { output, messages, usage } = await agent({ model, tools: [closed], retries: 0 }).run('go')
  expect(output).toBe('ok')
  expect(requestParts(messages)[1]).toMatchObject({
    kind: 'tool-return',
    content: 'The shop is closed.',
    outcome: 'failed',
  })
  expect(usage.toolCalls).toBe(0)
})

it('arguments that do not fit are explained to the model', async () => {
  const add = tool({
    name: 'add',
    input: z.object({ n: z.number(), deep: z.object({ list: z.array(z.string()) }) }),
    run: ({ n }) => n,
  })
  const model = scripted(
    answer(call('add', { n: 'one', deep: { list: ['a', 2] } }, '1')),
    answer(call('add', '{"n": 1, "deep', '2')),
    answer(call('add', '{"n": 1, "deep": {"list": []}}', '3')),
    'ok',
  )
  const { output, messages } = await agent({ model, tools: [add], retries: 2 }).run('go')
  expect(output).toBe('ok')
  const [, first, second, third] = requestParts(messages)
  expect(first).toMatchObject({
    kind: 'retry-prompt',
    toolCallId: '1',
    content: [{ loc: ['n'] }, { loc: ['deep', 'list', 1] }],
  })
  expect(second).toMatchObject({ kind: 'retry-prompt', toolCallId: '2', content: [{ type: 'json_invalid' }] })
  expect(third).toMatchObject({ kind: 'tool-return', content: 1 })
})

it('a call without arguments is a call with none', async () => {
  const ping = tool({ name: 'ping', input: z.object({ n: z.number().default(7) }), run: ({ n }) => n })
  const model = scripted(
    answer({ kind: 'tool-call', toolName: 'ping', toolCallId: '1' }, call('ping', '', '2'), call('ping', {}, '3')),
    'ok',
  )
  const { messages } = await agent({ model, tools: [ping] }).run('go')
  expect(toolResults(messages)).toEqual([
    ['ping', 7],
    ['ping', 7],
    ['ping', 7],
  ])
})
