import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { collect } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const log: string[] = []

/** Takes as many turns of the event loop as it is told. */
function worker(name: string, options: { readonly turns: number; readonly sequential?: boolean }) {
  return tool({
    name,
    input: z.object({}),
    sequential: options.sequential,
    run: async () => {
      log.push(`+${name}`)
      for (let turn = 0; turn < options.turns; turn += 1) await new Promise(setImmediate)
      log.push(`-${name}`)
      return name
    },
  })
}

it('calls run at the same time; results are stored in the order of the calls and shown as they come', async () => {
  log.length = 0
  const model = scripted(answer(call('slow'), call('quick')), 'ok')
  const stream = agent({ model, tools: [worker('slow', { turns: 5 }), worker('quick', { turns: 1 })] }).stream('go')
  const events = await collect(stream)
  expect(log).toEqual(['+slow', '+quick', '-quick', '-slow'])
  expect(events.flatMap(event => (event.kind === 'function-tool-result' ? [event.part.toolName] : []))).toEqual([
    'quick',
    'slow',
  ])
  expect(toolResults((await stream.result).messages)).toEqual([
    ['slow', 'slow'],
    ['quick', 'quick'],
  ])
})

it('a sequential tool runs alone: what is before it ends first, what is after it waits', async () => {
  log.length = 0
  const model = scripted(answer(call('a'), call('b'), call('alone'), call('c'), call('d')), 'ok')
  const tools = [
    worker('a', { turns: 3 }),
    worker('b', { turns: 1 }),
    worker('alone', { turns: 2, sequential: true }),
    worker('c', { turns: 2 }),
    worker('d', { turns: 1 }),
  ]
  const { messages } = await agent({ model, tools }).run('go')
  expect(log).toEqual(['+a', '+b', '-b', '-a', '+alone', '-alone', '+c', '+d', '-d', '-c'])
  expect(toolResults(messages).map(([name]) => name)).toEqual(['a', 'b', 'alone', 'c', 'd'])
})

it('two sequential tools run one after the other', async () => {
  log.length = 0
  const model = scripted(answer(call('x', {}, '1'), call('x', {}, '2')), 'ok')
  await agent({ model, tools: [worker('x', { turns: 2, sequential: true })] }).run('go')
  expect(log).toEqual(['+x', '-x', '+x', '-x'])
})
