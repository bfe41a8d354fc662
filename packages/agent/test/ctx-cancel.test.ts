import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, RunCancelled, tool } from '../src/core.ts'
import { untilAborted } from './support/deferred.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

it.each(ways)('a tool may end the run, in %s()', async way => {
  const told: unknown[] = []
  const stop = tool({ name: 'stop', input: z.object({}), run: (_, ctx) => ctx.cancel('seen enough') })
  const sibling = tool({
    name: 'sibling',
    input: z.object({}),
    run: (_, ctx) =>
      untilAborted(ctx.signal).catch((reason: unknown) => {
        told.push(reason)
        throw reason
      }),
  })
  const model = scripted(answer(call('sibling'), call('stop')), 'never')
  const error = await drivers[way](agent({ model, tools: [stop, sibling] }), 'go').catch((thrown: unknown) => thrown)
  expect(RunCancelled.is(error)).toBe(true)
  expect(error).toMatchObject({ reason: 'seen enough', message: 'The run was cancelled: seen enough' })
  expect(toolResults((error as RunCancelled).messages)).toEqual([])
  expect(told).toHaveLength(1)
  expect(model.sent).toHaveLength(1)
})

it.each(ways)('instructions and validators may too, in %s()', async way => {
  const byInstructions = agent({ model: scripted('never'), instructions: ctx => ctx.cancel('no') })
  await expect(drivers[way](byInstructions, 'go')).rejects.toMatchObject({ code: 'run_cancelled' })
  const byValidator = agent({ model: scripted('a'), outputValidators: [(_, ctx) => ctx.cancel('no')] })
  await expect(drivers[way](byValidator, 'go')).rejects.toMatchObject({ code: 'run_cancelled' })
})

it('a run inside a tool that is cancelled is a failed call, not the end of the outer run', async () => {
  const inner = agent({
    model: scripted(answer(call('stop'))),
    tools: [tool({ name: 'stop', input: z.object({}), run: (_, ctx) => ctx.cancel('inner reason') })],
  })
  const ask = tool({ name: 'ask', input: z.object({}), run: async () => (await inner.run('go')).output })
  const { output, messages } = await agent({ model: scripted(answer(call('ask')), 'went on'), tools: [ask] }).run('go')
  expect(output).toBe('went on')
  expect(toolResults(messages)[0]?.[1]).toContain('The sub-agent run was cancelled: ')
  expect(toolResults(messages)[0]?.[1]).toContain('inner reason')
})
