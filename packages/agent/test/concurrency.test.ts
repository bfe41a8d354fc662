import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool, type RunContext } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { answer, call } from './support/scripted.ts'

it('a hundred runs of one agent at once do not touch each other', async () => {
  const whoami = tool({
    name: 'whoami',
    input: z.object({ n: z.number() }),
    run: async ({ n }, ctx: RunContext<{ user: string }>) => {
      for (let turn = 0; turn < n % 5; turn += 1) await new Promise(setImmediate)
      return `${ctx.deps.user} ${n} ${ctx.runId}`
    },
  })
  const model = new FunctionModel({
    function: async messages => {
      const [first] = messages[0]?.parts ?? []
      const n = Number(first?.kind === 'user-prompt' ? first.content : Number.NaN)
      for (let turn = 0; turn < n % 3; turn += 1) await new Promise(setImmediate)
      if (messages.length === 1) return answer(call('whoami', { n }, 'same-id'))
      const [result] = messages.at(-1)?.parts ?? []
      return String(result?.kind === 'tool-return' ? result.content : 'nothing')
    },
  })
  const shared = agent({ model, tools: [whoami], instructions: ctx => `For ${ctx.deps.user}` })
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, n) => shared.run(`${n}`, { deps: { user: `user${n}` } })),
  )
  results.forEach((result, n) => {
    expect(result.output).toBe(`user${n} ${n} ${result.runId}`)
    expect(result.messages).toHaveLength(4)
    expect(result.messages[0]).toMatchObject({ instructions: `For user${n}`, runId: result.runId })
    expect(result.usage).toMatchObject({ requests: 2, toolCalls: 1 })
  })
  expect(new Set(results.map(result => result.runId)).size).toBe(100)
})
