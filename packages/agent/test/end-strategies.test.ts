import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelRetry, outputTool, tool, type EndStrategy } from '../src/core.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const Value = z.object({ value: z.number() })
const won = 'Final result processed.'
const notRun = 'Tool not executed - a final result was already processed.'
const notUsed = 'Output tool not used - a final result was already processed.'
const lost = 'Output tool processed, but its value will not be the final result of the agent run.'

/** An agent whose model calls a function, an output, a function and another output in one response. */
function fourCalls(endStrategy: EndStrategy) {
  const ran: string[] = []
  const note = (name: string) => tool({ name, input: z.object({}), run: () => void ran.push(name) })
  const output = (name: string) =>
    outputTool({
      name,
      schema: Value,
      run: ({ value }) => {
        ran.push(name)
        return value
      },
    })
  const model = scripted(
    answer(call('before'), call('first', { value: 1 }), call('after'), call('second', { value: 2 })),
  )
  return {
    ran,
    four: agent({
      model,
      endStrategy,
      tools: [note('before'), note('after')],
      output: [output('first'), output('second')],
    }),
  }
}

describe('the other calls of a response that holds a final output', () => {
  it('early: are not run', async () => {
    const { ran, four } = fourCalls('early')
    const { output, messages, usage } = await four.run('go')
    expect(output).toBe(1)
    expect(ran).toEqual(['first'])
    expect(usage.toolCalls).toBe(0)
    expect(toolResults(messages)).toEqual([
      ['first', won],
      ['second', notUsed],
      ['before', notRun],
      ['after', notRun],
    ])
  })

  it('graceful: functions run, in the order of the calls, further outputs do not', async () => {
    const { ran, four } = fourCalls('graceful')
    const { output, messages, usage } = await four.run('go')
    expect(output).toBe(1)
    expect(ran).toEqual(['before', 'first', 'after'])
    expect(usage.toolCalls).toBe(2)
    expect(toolResults(messages)).toEqual([
      ['before', null],
      ['first', won],
      ['after', null],
      ['second', notUsed],
    ])
  })

  it('exhaustive: everything runs, the first output wins', async () => {
    const { ran, four } = fourCalls('exhaustive')
    const { output, messages, usage } = await four.run('go')
    expect(output).toBe(1)
    expect(ran).toEqual(['before', 'after', 'first', 'second'])
    expect(usage.toolCalls).toBe(2)
    expect(toolResults(messages)).toEqual([
      ['before', null],
      ['first', won],
      ['after', null],
      ['second', lost],
    ])
  })

  it('is graceful by default', async () => {
    const ran: string[] = []
    const note = tool({ name: 'note', input: z.object({}), run: () => void ran.push('note') })
    const model = scripted(answer(call('final_result', { value: 1 }), call('note')))
    await agent({ model, tools: [note], output: Value }).run('go')
    expect(ran).toEqual(['note'])
  })
})

describe('an output that fails beside one that does not', () => {
  const picky = outputTool({
    name: 'picky',
    schema: Value,
    run: () => {
      throw new ModelRetry('no')
    },
  })
  const easy = outputTool({ name: 'easy', schema: Value })

  it.each(['early', 'graceful', 'exhaustive'] as const)('%s: the next output is taken', async endStrategy => {
    const model = scripted(answer(call('picky', { value: 1 }), call('easy', { value: 2 })))
    const { output, outputToolName, messages } = await agent({ model, endStrategy, output: [picky, easy] }).run('go')
    expect(output).toEqual({ value: 2 })
    expect(outputToolName).toBe('easy')
    expect(toolResults(messages)).toEqual([
      ['picky', { retry: 'no' }],
      ['easy', won],
    ])
  })

  it.each(['early', 'graceful'] as const)('%s: past the budget it ends the run', async endStrategy => {
    const model = scripted(answer(call('picky', { value: 1 }), call('easy', { value: 2 })))
    const strict = agent({ model, endStrategy, output: [picky, easy], retries: { output: 0 } })
    await expect(strict.run('go')).rejects.toMatchObject({ code: 'unexpected_model_behavior' })
  })

  it('exhaustive: past the budget it ends the run only when nothing else won', async () => {
    const model = scripted(answer(call('picky', { value: 1 }), call('easy', { value: 2 })))
    const { output, messages } = await agent({
      model,
      endStrategy: 'exhaustive',
      output: [picky, easy],
      retries: { output: 0 },
    }).run('go')
    expect(output).toEqual({ value: 2 })
    expect(toolResults(messages)[0]).toEqual(['picky', 'Output tool not used - output function execution failed.'])

    const alone = agent({
      model: scripted(answer(call('picky', { value: 1 }))),
      endStrategy: 'exhaustive',
      output: picky,
      retries: { output: 0 },
    })
    await expect(alone.run('go')).rejects.toMatchObject({ code: 'unexpected_model_behavior' })
  })
})

describe('a text beside function calls', () => {
  const ran: string[] = []
  const note = tool({ name: 'note', input: z.object({}), run: () => void ran.push('note') })

  it('early: ends the run when it validates as structured output', async () => {
    ran.length = 0
    const model = scripted(answer({ kind: 'text', content: '{"value": 3}' }, call('note')))
    const { output } = await agent({ model, endStrategy: 'early', tools: [note], output: Value }).run('go')
    expect(output).toEqual({ value: 3 })
    expect(ran).toEqual([])
  })

  it('early: does not when it fails to, and costs no budget', async () => {
    ran.length = 0
    const model = scripted(
      answer({ kind: 'text', content: 'thinking …' }, call('note')),
      answer(call('final_result', { value: 4 })),
    )
    const eager = agent({ model, endStrategy: 'early', tools: [note], output: Value, retries: { output: 0 } })
    expect((await eager.run('go')).output).toEqual({ value: 4 })
    expect(ran).toEqual(['note'])
  })

  it('graceful: is no output', async () => {
    ran.length = 0
    const model = scripted(
      answer({ kind: 'text', content: '{"value": 3}' }, call('note')),
      answer(call('final_result', { value: 4 })),
    )
    expect((await agent({ model, tools: [note], output: Value }).run('go')).output).toEqual({ value: 4 })
    expect(ran).toEqual(['note'])
  })
})
