import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { answer, call, scripted } from './support/scripted.ts'

it('metadata of the agent and of the run are merged, the run wins', async () => {
  const result = await agent({ model: scripted('ok'), metadata: { team: 'a', stage: 'dev' } }).run('hi', {
    metadata: { stage: 'prod' },
  })
  expect(result.metadata).toEqual({ team: 'a', stage: 'prod' })
})

it('metadata that is computed is computed at the start and again at the end', async () => {
  const seen: unknown[] = []
  const look = tool({ name: 'look', input: z.object({}), run: (_, ctx) => void seen.push(ctx.metadata) })
  const result = await agent({
    model: scripted(answer(call('look')), 'ok'),
    tools: [look],
    metadata: ctx => ({ requests: ctx.usage.requests }),
  }).run('hi')
  expect(seen).toEqual([{ requests: 0 }])
  expect(result.metadata).toEqual({ requests: 2 })
})

it('there is none by default', async () => {
  expect((await agent({ model: scripted('ok') }).run('hi')).metadata).toBeUndefined()
})
