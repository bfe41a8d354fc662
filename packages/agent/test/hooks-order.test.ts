import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, deferredToolRequests, text, tool } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { allPoints, probe } from './support/probe.ts'
import { answer, call, scripted } from './support/scripted.ts'

const Value = z.object({ value: z.number() })
const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
const script = () => scripted(answer(call('ping')), answer(call('final_result', { value: 1 })))

const node = (...inside: string[]) => ['beforeNodeRun', 'wrapNodeRun>', ...inside, 'wrapNodeRun<', 'afterNodeRun']
const step = [
  'prepareTools',
  'prepareOutputTools',
  'beforeModelRequest',
  'wrapModelRequest>',
  'wrapModelRequest<',
  'afterModelRequest',
]
const nodes = [
  ...node(),
  ...node(...step),
  ...node(
    'beforeToolValidate',
    'wrapToolValidate>',
    'wrapToolValidate<',
    'afterToolValidate',
    'beforeToolExecute',
    'wrapToolExecute>',
    'wrapToolExecute<',
    'afterToolExecute',
  ),
  ...node(...step),
  ...node(
    'beforeOutputValidate',
    'wrapOutputValidate>',
    'wrapOutputValidate<',
    'afterOutputValidate',
    'beforeOutputProcess',
    'wrapOutputProcess>',
    'wrapOutputProcess<',
    'afterOutputProcess',
  ),
]

describe.each(ways)('the hooks of one capability, in %s()', way => {
  it('are called at every point, in order', async () => {
    const log: string[] = []
    const { output } = await drivers[way](
      agent({ model: script(), tools: [ping], output: Value, capabilities: [probe('a', log)] }),
      'go',
    )
    expect(output).toEqual({ value: 1 })
    // whoever steps through a run by hand is around the run himself
    const around =
      // nobody watches the events of a run that is stepped through
      [...(way === 'iter' ? [] : ['wrapRunEventStream']), 'beforeRun', 'wrapRun>', ...nodes, 'wrapRun<', 'afterRun']
    expect(log).toEqual(around.map(point => `a.${point}`))
  })
})

describe('the hooks of two capabilities', () => {
  it('before in order, after reversed, wrap nested', async () => {
    const log: string[] = []
    await agent({
      model: script(),
      tools: [ping],
      output: Value,
      capabilities: [probe('a', log), probe('b', log)],
    }).run('go')
    const seen = new Map<string, string[]>()
    for (const entry of log) {
      const [name = '', point = ''] = entry.split('.')
      const key = point.replace(/[<>]$/, '')
      seen.set(key, [...(seen.get(key) ?? []), name + point.slice(key.length)])
    }
    for (const [point, names] of seen) {
      if (point === 'wrapRun' || point === 'wrapRunEventStream') continue
      const isReversed = point.startsWith('after')
      const pattern = point.startsWith('wrap') ? ['a>', 'b>', 'b<', 'a<'] : isReversed ? ['b', 'a'] : ['a', 'b']
      const expected = Array.from({ length: names.length / pattern.length }).flatMap(() => pattern)
      expect(names, point).toEqual(expected)
    }
    expect(seen.get('wrapRun')).toEqual(['a>', 'b>', 'b<', 'a<'])
    // the first capability sees the events last, as the outermost does
    expect(seen.get('wrapRunEventStream')).toEqual(['b', 'a'])
  })

  it('on*Error in reverse, until one recovers', async () => {
    const log: string[] = []
    const broken = tool({
      name: 'broken',
      input: z.object({}),
      run: () => {
        throw new Error('broken')
      },
    })
    const rescue = { onToolExecuteError: () => 'rescued' }
    const capabilities = [probe('a', log, ['onToolExecuteError']), rescue, probe('b', log, ['onToolExecuteError'])]
    const model = scripted(answer(call('broken')), 'ok')
    const { messages } = await agent({ model, tools: [broken], capabilities }).run('go')
    expect(log).toEqual(['b.onToolExecuteError'])
    expect(messages[2]?.parts).toMatchObject([{ content: 'rescued' }])
  })
})

describe('the hooks for errors', () => {
  it.each(ways)('are called where something failed, from the inside out, in %s()', async way => {
    const log: string[] = []
    const broken = tool({
      name: 'broken',
      input: z.object({}),
      run: () => {
        throw new Error('broken')
      },
    })
    const onlyErrors = allPoints.filter(point => point.startsWith('on'))
    const capabilities = [probe('a', log, onlyErrors), probe('b', log, onlyErrors)]
    const failing = agent({ model: scripted(answer(call('broken'))), tools: [broken], capabilities })
    await expect(drivers[way](failing, 'go')).rejects.toThrow('broken')
    const run = ['b.onRunError', 'a.onRunError']
    expect(log).toEqual([
      'b.onToolExecuteError',
      'a.onToolExecuteError',
      'b.onNodeRunError',
      'a.onNodeRunError',
      ...run,
    ])

    log.length = 0
    await expect(drivers[way](agent({ model: scripted(), capabilities }), 'go')).rejects.toThrow('was not expected')
    expect(log).toEqual([
      'b.onModelRequestError',
      'a.onModelRequestError',
      'b.onNodeRunError',
      'a.onNodeRunError',
      ...run,
    ])
  })

  it('of validation see schema errors; those of outputs too', async () => {
    const log: string[] = []
    const add = tool({ name: 'add', input: Value, run: ({ value }) => value })
    const errors = probe('a', log, ['onToolValidateError', 'onOutputValidateError', 'onOutputProcessError'])
    const model = scripted(
      answer(call('add', { value: 'x' })),
      answer(call('final_result', { value: 'x' }, '1')),
      answer(call('final_result', { value: 2 }, '2')),
    )
    await agent({ model, tools: [add], output: Value, capabilities: [errors] }).run('go')
    expect(log).toEqual(['a.onToolValidateError', 'a.onOutputValidateError'])
    const repair = {
      onToolValidateError: () => ({ value: 40 }),
      onOutputValidateError: () => ({ value: 41 }),
    }
    const again = scripted(answer(call('add', { value: 'x' })), answer(call('final_result', { value: 'x' })))
    const { output, messages } = await agent({ model: again, tools: [add], output: Value, capabilities: [repair] }).run(
      'go',
    )
    expect(output).toEqual({ value: 41 })
    expect(messages[2]?.parts).toMatchObject([{ content: 40 }])
  })
})

it('deferred calls are offered in order', async () => {
  const log: string[] = []
  const pay = tool({ name: 'pay', input: z.object({}), requiresApproval: true, run: () => 1 })
  const capabilities = [probe('a', log), probe('b', log)]
  await agent({
    model: scripted(answer(call('pay'))),
    tools: [pay],
    capabilities,
    output: [text, deferredToolRequests],
  }).run('go')
  expect(log.filter(entry => entry.endsWith('handleDeferredToolCalls'))).toEqual([
    'a.handleDeferredToolCalls',
    'b.handleDeferredToolCalls',
  ])
})

it('text outputs pass the hooks of processing, not those of validation', async () => {
  const log: string[] = []
  await agent({ model: scripted('ok'), capabilities: [probe('a', log)] }).run('go')
  expect(log.filter(entry => entry.includes('Output'))).toEqual([
    'a.prepareOutputTools',
    'a.beforeOutputProcess',
    'a.wrapOutputProcess>',
    'a.wrapOutputProcess<',
    'a.afterOutputProcess',
  ])
})
