import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelRetry, tool } from '../src/core.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const Value = z.object({ value: z.number() })

/** Refuses its first call. */
function picky() {
  let calls = 0
  return tool({
    name: 'picky',
    input: z.object({}),
    run: () => {
      calls += 1
      if (calls === 1) throw new ModelRetry('again')
      return 'ok'
    },
  })
}

it.each(['graceful', 'exhaustive'] as const)(
  '%s: a tool that asks for a retry withdraws the output',
  async endStrategy => {
    const model = scripted(
      answer(call('final_result', { value: 1 }, 'o1'), call('picky', {}, 'p1')),
      answer(call('picky', {}, 'p2')),
      answer(call('final_result', { value: 2 }, 'o2')),
    )
    const { output, messages } = await agent({ model, endStrategy, tools: [picky()], output: Value }).run('go')
    expect(output).toEqual({ value: 2 })
    expect(toolResults(messages)).toEqual([
      ['final_result', 'Output not used as the final result - addressing tool retries from this round first.'],
      ['picky', { retry: 'again' }],
      ['picky', 'ok'],
      ['final_result', 'Final result processed.'],
    ])
  },
)

it('arguments that do not fit withdraw it too', async () => {
  const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n + 1 })
  const model = scripted(
    answer(call('final_result', { value: 1 }, 'o1'), call('add', { n: 'one' }, 'a1')),
    answer(call('final_result', { value: 2 }, 'o2')),
  )
  expect((await agent({ model, tools: [add], output: Value }).run('go')).output).toEqual({ value: 2 })
})

it('an unknown tool does not', async () => {
  const model = scripted(answer(call('final_result', { value: 1 }), call('nonsense')))
  const { output, messages } = await agent({ model, output: Value }).run('go')
  expect(output).toEqual({ value: 1 })
  expect(toolResults(messages)[1]).toEqual([
    'nonsense',
    { retry: "Unknown tool name: 'nonsense'. Available tools: 'final_result'" },
  ])
})

it('early: nothing else ran, so nothing asks', async () => {
  const model = scripted(answer(call('final_result', { value: 1 }), call('picky')))
  const { output } = await agent({ model, endStrategy: 'early', tools: [picky()], output: Value }).run('go')
  expect(output).toEqual({ value: 1 })
})
