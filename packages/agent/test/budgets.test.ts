import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelRetry, outputTool, tool } from '../src/core.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const Value = z.object({ value: z.number() })

function refusing(name: string, options: { readonly maxRetries?: number; readonly times?: number } = {}) {
  const seen: string[] = []
  let left = options.times ?? Number.POSITIVE_INFINITY
  const made = tool({
    name,
    input: z.object({}),
    maxRetries: options.maxRetries,
    run: (_, ctx) => {
      seen.push(`${ctx.retry}/${ctx.maxRetries}${ctx.lastAttempt ? ' last' : ''}`)
      left -= 1
      if (left >= 0) throw new ModelRetry('no')
      return 'ok'
    },
  })
  return { seen, made }
}

describe('the budget of a tool', () => {
  it('is one retry by default', async () => {
    const { seen, made } = refusing('t')
    const model = scripted(answer(call('t', {}, '1')), answer(call('t', {}, '2')))
    await expect(agent({ model, tools: [made] }).run('go')).rejects.toThrow(
      'Tool `t` exceeded its maximum of 1 retry: no. Raise `maxRetries`',
    )
    expect(seen).toEqual(['0/1', '1/1 last'])
  })

  it('the tool beats the run, the run beats the agent', async () => {
    const own = refusing('own', { maxRetries: 0 })
    const retrying = agent({ model: scripted(answer(call('own'))), tools: [own.made], retries: 5 })
    await expect(retrying.run('go', { retries: { tools: 7 } })).rejects.toThrow('maximum of 0 retries')

    const given = refusing('given')
    const model = scripted(...[1, 2, 3].map(n => answer(call('given', {}, `${n}`))))
    await expect(agent({ model, tools: [given.made], retries: 0 }).run('go', { retries: 2 })).rejects.toThrow(
      'maximum of 2 retries',
    )
  })

  it('is counted per tool, and cleared by a success', async () => {
    const a = refusing('a', { times: 1 })
    const b = refusing('b', { times: 1 })
    const model = scripted(
      answer(call('a', {}, '1')),
      answer(call('b', {}, '2')),
      answer(call('a', {}, '3')),
      answer(call('a', '{"broken', '4')),
      answer(call('a', {}, '5')),
      'done',
    )
    const { output } = await agent({ model, tools: [a.made, b.made] }).run('go')
    expect(output).toBe('done')
    expect(a.seen).toEqual(['0/1', '1/1 last', '1/1 last'])
  })

  it('counts a step once, however many calls of it fail', async () => {
    const { made } = refusing('t', { times: 3 })
    const model = scripted(
      answer(call('t', {}, '1'), call('t', {}, '2'), call('t', {}, '3')),
      answer(call('t', {}, '4')),
      'ok',
    )
    expect((await agent({ model, tools: [made] }).run('go')).output).toBe('ok')
  })

  it('is used by arguments that do not fit', async () => {
    const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n })
    const model = scripted(answer(call('add', { n: 'x' }, '1')), answer(call('add', { n: 'x' }, '2')))
    await expect(agent({ model, tools: [add] }).run('go')).rejects.toThrow('exceeded its maximum of 1 retry')
  })
})

describe('the budget of unknown names', () => {
  it('is shared by all of them', async () => {
    const model = scripted(answer(call('made_up', {}, '1')), answer(call('invented', {}, '2')))
    const error = await agent({ model })
      .run('go')
      .catch((thrown: unknown) => thrown)
    expect(String(error)).toContain(
      "Tool `invented` exceeded its maximum of 1 retry: Unknown tool name: 'invented'. No tools available. Raise",
    )
  })

  it('tells the model which tools there are', async () => {
    const { made } = refusing('real', { times: 0 })
    const model = scripted(answer(call('made_up', {}, '1')), 'ok')
    const { messages } = await agent({ model, tools: [made] }).run('go')
    expect(toolResults(messages)).toEqual([
      ['made_up', { retry: "Unknown tool name: 'made_up'. Available tools: 'real'" }],
    ])
    const alone = await agent({ model: scripted(answer(call('made_up', {}, '1')), 'ok') }).run('go')
    expect(toolResults(alone.messages)).toEqual([
      ['made_up', { retry: "Unknown tool name: 'made_up'. No tools available." }],
    ])
  })
})

describe('the budget of outputs', () => {
  it('is one retry for the whole run by default', async () => {
    const model = scripted('{}', '{}')
    await expect(agent({ model, output: Value }).run('go')).rejects.toThrow('Exceeded maximum output retries (1)')
  })

  it('is shared by validators, schemas and empty responses', async () => {
    const model = scripted(
      answer(),
      answer(call('final_result', { value: 'x' }, '1')),
      answer(call('final_result', { value: 1 }, '2')),
    )
    await expect(agent({ model, output: Value }).run('go')).rejects.toThrow('Exceeded maximum output retries (1)')
    const again = scripted(
      answer(),
      answer(call('final_result', { value: 'x' }, '1')),
      answer(call('final_result', { value: 1 }, '2')),
    )
    expect((await agent({ model: again, output: Value, retries: { output: 2 } }).run('go')).output).toEqual({
      value: 1,
    })
  })

  it('an output tool may have its own', async () => {
    const bad = (id: string) => answer(call('final_result', { value: 'x' }, id))
    const patient = agent({
      model: scripted(bad('1'), bad('2'), bad('3'), answer(call('final_result', { value: 1 }, '4'))),
      output: outputTool({ schema: Value, maxRetries: 3 }),
      retries: 0,
    })
    expect((await patient.run('go')).output).toEqual({ value: 1 })
  })

  it('validators see the attempt they are on', async () => {
    const seen: string[] = []
    const model = scripted('a', 'b', 'c')
    const picky = agent({
      model,
      retries: { output: 2 },
      outputValidators: [
        (output, ctx) => {
          seen.push(`${ctx.retry}/${ctx.maxRetries}${ctx.lastAttempt ? ' last' : ''}`)
          if (!ctx.lastAttempt) throw new ModelRetry(`not ${output}`)
        },
      ],
    })
    expect((await picky.run('go')).output).toBe('c')
    expect(seen).toEqual(['0/2', '1/2', '2/2 last'])
  })

  it('is not touched by tools', async () => {
    const { made } = refusing('t', { times: 1 })
    const model = scripted(answer(call('t', {}, '1')), answer(call('t', {}, '2')), answer(), 'ok')
    expect((await agent({ model, tools: [made] }).run('go')).output).toBe('ok')
  })
})
