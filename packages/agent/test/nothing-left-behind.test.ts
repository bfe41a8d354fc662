import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { answer, call, scripted } from './support/scripted.ts'

const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length

it('a stream or an iteration that never starts keeps no listener', async () => {
  const { signal } = new AbortController()
  const one = agent({ model: scripted('text') })
  one.stream('Go.', { signal })
  one.iter('Go.', { signal })
  const cancelled = one.stream('Go.', { signal })
  await cancelled.cancel()
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('the time limit of a tool ends with the run', async () => {
  const stuck = tool({ name: 'stuck', input: z.object({}), timeoutMs: 60_000, run: () => new Promise<never>(() => {}) })
  const controller = new AbortController()
  const before = timers()
  const running = agent({ model: scripted(answer(call('stuck'))), tools: [stuck] }).run('Go.', {
    signal: controller.signal,
  })
  await new Promise(setImmediate)
  expect(timers()).toBe(before + 1)
  controller.abort()
  await expect(running).rejects.toMatchObject({ code: 'run_cancelled' })
  expect(timers()).toBeLessThanOrEqual(before)
})
