import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelRetry, tool, type Capability, type CapabilityHooks } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n + 1 })
const Value = z.object({ value: z.number() })

/** Throws ModelRetry at a point, the first time; afterwards it hands on what it was given. */
function once(point: keyof CapabilityHooks): Capability {
  let thrown = false
  const hook = async (...args: readonly unknown[]) => {
    const last = args.at(-1)
    const work = async () => (typeof last === 'function' ? (last as (input: unknown) => unknown)(args.at(-2)) : last)
    if (thrown) return work()
    thrown = true
    if (typeof last === 'function') await work()
    throw new ModelRetry(`no, says ${point}`)
  }
  return { [point]: hook }
}

describe.each(ways)('ModelRetry, in %s()', way => {
  it.each(['wrapModelRequest', 'afterModelRequest'] as const)('from %s: the model is asked again', async point => {
    const model = scripted('first', 'second')
    const { output, messages, usage } = await drivers[way](agent({ model, capabilities: [once(point)] }), 'go')
    expect(output).toBe('second')
    expect(usage.requests).toBe(2)
    expect(requestParts(messages)[1]).toMatchObject({ kind: 'retry-prompt', content: `no, says ${point}` })
    // the response that was refused was paid for: it stays
    const responses = messages.filter(message => message.kind === 'response')
    if (point === 'afterModelRequest') expect(responses[0]?.parts).toMatchObject([{ content: 'first' }])
  })

  it.each([
    'beforeToolValidate',
    'wrapToolValidate',
    'afterToolValidate',
    'beforeToolExecute',
    'wrapToolExecute',
    'afterToolExecute',
  ] as const)('from %s: the call is asked for again, from the budget of its tool', async point => {
    const model = scripted(answer(call('add', { n: 1 }, '1')), answer(call('add', { n: 2 }, '2')), 'ok')
    const { output, messages } = await drivers[way](agent({ model, tools: [add], capabilities: [once(point)] }), 'go')
    expect(output).toBe('ok')
    expect(toolResults(messages)).toEqual([
      ['add', { retry: `no, says ${point}` }],
      ['add', 3],
    ])
    const strict = agent({
      model: scripted(answer(call('add', { n: 1 }))),
      tools: [add],
      capabilities: [once(point)],
      retries: { tools: 0 },
    })
    await expect(drivers[way](strict, 'go')).rejects.toThrow(/`add` exceeded its maximum of 0 retries/)
  })

  it.each([
    'beforeOutputValidate',
    'wrapOutputValidate',
    'afterOutputValidate',
    'beforeOutputProcess',
    'wrapOutputProcess',
    'afterOutputProcess',
  ] as const)('from %s: the output is asked for again', async point => {
    const model = scripted(
      answer(call('final_result', { value: 1 }, '1')),
      answer(call('final_result', { value: 2 }, '2')),
    )
    const { output, messages } = await drivers[way](agent({ model, output: Value, capabilities: [once(point)] }), 'go')
    expect(output).toEqual({ value: 2 })
    expect(toolResults(messages)).toEqual([
      ['final_result', { retry: `no, says ${point}` }],
      ['final_result', 'Final result processed.'],
    ])
  })
})

it('from beforeModelRequest it reaches the caller: no model has said anything', async () => {
  const running = agent({ model: scripted('x'), capabilities: [once('beforeModelRequest')] }).run('go')
  await expect(running).rejects.toMatchObject({ kind: 'model-retry' })
})

it('from onModelRequestError and onToolExecuteError it is an answer too', async () => {
  const refuse: Capability = {
    onModelRequestError: () => {
      throw new ModelRetry('try again')
    },
  }
  const model = scripted(() => {
    throw new Error('down')
  }, 'ok')
  expect((await agent({ model, capabilities: [refuse] }).run('go')).output).toBe('ok')

  const broken = tool({
    name: 'broken',
    input: z.object({}),
    run: () => {
      throw new Error('down')
    },
  })
  const soften: Capability = {
    onToolExecuteError: (_, { call: { toolName } }) => {
      throw new ModelRetry(`${toolName} is down`)
    },
  }
  const script = scripted(answer(call('broken')), 'ok')
  const { messages } = await agent({ model: script, tools: [broken], capabilities: [soften] }).run('go')
  expect(toolResults(messages)).toEqual([['broken', { retry: 'broken is down' }]])
})

it('from an after hook of a response, over and over, it ends with the budget of outputs', async () => {
  const never: Capability = {
    afterModelRequest: () => {
      throw new ModelRetry('never')
    },
  }
  const running = agent({ model: scripted('a', 'b', 'c'), capabilities: [never], retries: { output: 1 } }).run('go')
  await expect(running).rejects.toMatchObject({ code: 'unexpected_model_behavior', run: { usage: { requests: 2 } } })
})
