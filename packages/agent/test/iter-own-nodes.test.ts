import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { answer, call, scripted } from './support/scripted.ts'

it('a node of your own may pass over calls: the model is sent a history it takes', async () => {
  const never = tool({ name: 'never', input: z.object({}), run: () => expect.unreachable() })
  const model = scripted(answer(call('never')), 'fine')
  const run = agent({ model, tools: [never] }).iter('Go.')
  await run.next()
  const next = await run.next()
  expect(next.kind).toBe('call-tools')
  await run.next({ kind: 'model-request', parts: [{ kind: 'user-prompt', content: 'Forget it.' }] })
  await run.next()
  expect(run.result?.output).toBe('fine')
  expect(model.sent[1]?.at(-1)?.parts).toMatchObject([
    { kind: 'tool-return', outcome: 'interrupted' },
    { kind: 'user-prompt', content: 'Forget it.' },
  ])
})

it('leaving the events of a node ends the run, with what had come', async () => {
  const model = new FunctionModel({
    streamFunction: async function* () {
      for (let n = 0; n < 5; n += 1) yield `word${n} `
    },
  })
  const run = agent({ model }).iter('Go.')
  await run.next()
  for await (const event of run.events()) if (event.kind === 'part-delta') break
  expect(run.messages).toMatchObject([{}, { state: 'interrupted', parts: [{ content: 'word0 word1 ' }] }])
  await expect(run.next()).rejects.toMatchObject({ code: 'run_cancelled' })
})
