import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  CallDeferred,
  deferredToolRequests,
  messagesFromJson,
  messagesToJson,
  text,
  tool,
  type DeferredToolRequests,
} from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'] as const
const isClean = () =>
  Object.keys(Object.prototype).length === 0 && ({} as { polluted?: unknown }).polluted === undefined

describe.each(ways)('names that mean something to JavaScript, in %s()', way => {
  it('are unknown tools when nobody defined them', async () => {
    const model = scripted(answer(...names.map(name => call(name, {}, name))), 'ok')
    const { output, messages } = await drivers[way](agent({ model, retries: 9 }), 'go')
    expect(output).toBe('ok')
    expect(toolResults(messages)).toEqual(
      names.map(name => [name, { retry: `Unknown tool name: '${name}'. No tools available.` }]),
    )
  })

  it('are tools like others when somebody did', async () => {
    const tools = names.map(name =>
      tool({ name, input: z.object({}), run: (_, ctx) => `${ctx.toolName} ${ctx.retry}` }),
    )
    const model = scripted(answer(...names.map(name => call(name, {}, name))), 'ok')
    const { messages, usage } = await drivers[way](agent({ model, tools }), 'go')
    expect(toolResults(messages)).toEqual(names.map(name => [name, `${name} 0`]))
    expect(usage.toolCalls).toBe(names.length)
  })
})

it('are harmless as keys of arguments', async () => {
  const seen: unknown[] = []
  const take = tool({ name: 'take', input: z.looseObject({ a: z.number() }), run: args => void seen.push(args) })
  const hostile = '{"a": 1, "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'
  const model = scripted(
    answer(call('take', hostile, '1')),
    answer(call('take', JSON.parse(hostile) as { [key: string]: number }, '2')),
    'ok',
  )
  const { messages } = await agent({ model, tools: [take] }).run('go')
  expect(seen).toHaveLength(2)
  for (const args of seen) expect((args as { polluted?: unknown }).polluted).toBeUndefined()
  expect(isClean()).toBe(true)
  const restored = messagesFromJson(messagesToJson(messages))
  expect(restored[1]?.parts[0]).toMatchObject({ args: hostile })
  expect(isClean()).toBe(true)
})

it('are harmless as keys of an output, partial or whole', async () => {
  const model = scripted(answer(call('final_result', '{"__proto__": {"polluted": 1}, "a": 1, "constructor": 2}')))
  const stream = agent({ model, output: z.looseObject({ a: z.number() }) }).stream('go')
  for await (const partial of stream.partials()) expect((partial as { polluted?: unknown }).polluted).toBeUndefined()
  expect((await stream.output).a).toBe(1)
  expect(isClean()).toBe(true)
})

it('are call ids like others, through deferral and back', async () => {
  const later = tool({
    name: 'later',
    input: z.object({}),
    run: (_, ctx) => {
      throw new CallDeferred({ id: ctx.toolCallId ?? '' })
    },
  })
  const pay = tool({
    name: 'pay',
    input: z.object({}),
    requiresApproval: true,
    run: (_, ctx) => ctx.toolCallMetadata ?? null,
  })
  const output = [text, deferredToolRequests]
  const first = await agent({
    model: scripted(
      answer(call('later', {}, '__proto__'), call('later', {}, 'constructor'), call('pay', {}, 'toString')),
    ),
    tools: [later, pay],
    output,
  }).run('go')
  const requests = first.output as DeferredToolRequests
  expect(Object.entries(requests.metadata)).toEqual([
    ['__proto__', { id: '__proto__' }],
    ['constructor', { id: 'constructor' }],
  ])
  const second = await agent({ model: scripted('ok'), tools: [later, pay], output }).run(null, {
    messageHistory: first.messages,
    deferredToolResults: {
      calls: JSON.parse('{"__proto__": "a", "constructor": "b"}') as Record<string, unknown>,
      approvals: { toString: true },
      metadata: JSON.parse('{"toString": {"by": "eve"}}') as Record<string, { by: string }>,
    },
  })
  expect(toolResults(second.messages)).toEqual([
    ['later', 'a'],
    ['later', 'b'],
    ['pay', { by: 'eve' }],
  ])
  expect(isClean()).toBe(true)
})

it('the same call id twice: each call gets its own arguments', async () => {
  const echo = tool({ name: 'echo', input: z.object({ n: z.number() }), run: ({ n }) => n })
  const model = scripted(answer(call('echo', { n: 1 }, 'same'), call('echo', { n: 2 }, 'same')), 'ok')
  const { messages } = await agent({ model, tools: [echo] }).run('go')
  expect(toolResults(messages)).toEqual([
    ['echo', 1],
    ['echo', 2],
  ])
})
