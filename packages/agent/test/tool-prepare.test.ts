import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool, type ToolOptions } from '../src/core.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const prepared = (prepare: ToolOptions<unknown>['prepare'], name = 't') =>
  tool({ name, description: 'A tool', input: z.object({ n: z.number() }), prepare, run: ({ n }) => n * 2 })

describe('prepare', () => {
  it('is asked at every step, and may hide the tool', async () => {
    const steps: number[] = []
    const model = scripted(answer(call('t', { n: 1 }, '1')), answer(call('t', { n: 1 }, '2')), 'ok')
    const once = prepared((ctx, definition) => {
      steps.push(ctx.step)
      return ctx.step === 1 ? definition : undefined
    })
    const { messages } = await agent({ model, tools: [once] }).run('go')
    expect(steps).toEqual([1, 2, 3])
    expect(model.infos.map(info => info.functionTools.length)).toEqual([1, 0, 0])
    expect(toolResults(messages)).toEqual([
      ['t', 2],
      ['t', { retry: "Unknown tool name: 't'. No tools available." }],
    ])
  })

  it('may change what the model reads', async () => {
    const model = scripted('ok')
    const changed = prepared(async (_, definition) => ({ ...definition, description: 'Better', strict: true }))
    await agent({ model, tools: [changed] }).run('go')
    expect(model.infos[0]?.functionTools).toMatchObject([{ name: 't', description: 'Better', strict: true }])
  })

  it('may rename the tool', async () => {
    const model = scripted(answer(call('double', { n: 4 })), 'ok')
    const { messages } = await agent({
      model,
      tools: [prepared((_, definition) => ({ ...definition, name: 'double' }))],
    }).run('go')
    expect(toolResults(messages)).toEqual([['double', 8]])
  })

  it('may not take the name of another tool', async () => {
    const clash = agent({
      model: scripted(),
      tools: [prepared(undefined), prepared((_, definition) => ({ ...definition, name: 't' }), 'u')],
    })
    await expect(clash.run('go')).rejects.toThrow('`prepare` of tool `u` renames it to `t`, which exists already')
  })
})

it('two tools of one name are refused when the agent is made', () => {
  expect(() => agent({ model: scripted(), tools: [prepared(undefined), prepared(undefined)] })).toThrow(
    'Tool `t` is defined twice',
  )
})

it('a tool may not have the name of an output tool', async () => {
  const clash = tool({ name: 'final_result', input: z.object({}), run: () => 1 })
  const one = agent({ model: scripted('never'), tools: [clash], output: z.object({ n: z.number() }) })
  await expect(one.run('go')).rejects.toThrow('A tool and an output tool are both called `final_result`.')
})

it.each([z.string(), z.array(z.string()), z.string().transform(text => ({ text }))])(
  'a tool takes an object, and says so before a model is asked (%#)',
  async input => {
    const wrong = tool({ name: 'wrong', input, run: () => 1 })
    await expect(agent({ model: scripted('never'), tools: [wrong] }).run('go')).rejects.toThrow(
      'The `input` of tool `wrong` is no schema of an object.',
    )
  },
)

it('a schema that cannot be told a model is an error that names its tool', async () => {
  const wrong = tool({ name: 'remind', input: z.object({ at: z.date() }), run: () => 1 })
  await expect(agent({ model: scripted('never'), tools: [wrong] }).run('go')).rejects.toThrow(
    /^The `input` of tool `remind` cannot be used\. .*Date/,
  )
})
