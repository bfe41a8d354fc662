import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { deferred, untilAborted } from './support/deferred.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length

describe('a tool that takes too long', () => {
  it('is aborted, and the model is told', async () => {
    const before = timers()
    const told: unknown[] = []
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      timeoutMs: 5,
      run: async (_args, ctx) => {
        await untilAborted(ctx.signal).catch(() => told.push('aborted'))
        return 'too late'
      },
    })
    const { output, messages, usage } = await agent({
      model: scripted(answer(call('slow')), 'gave up'),
      tools: [slow],
    }).run('go')
    expect(output).toBe('gave up')
    expect(told).toEqual(['aborted'])
    expect(toolResults(messages)).toEqual([['slow', { retry: 'Timed out after 0.005 seconds.' }]])
    expect(usage.toolCalls).toBe(0)
    expect(timers()).toBe(before)
  })

  it.each([2 ** 31, Number.MAX_SAFE_INTEGER, Infinity])('is not one that takes less than %d ms', async timeoutMs => {
    const quick = tool({
      name: 'quick',
      input: z.object({}),
      timeoutMs,
      run: async () => {
        await new Promise(resolve => setTimeout(resolve, 10))
        return 'in time'
      },
    })
    const { messages } = await agent({ model: scripted(answer(call('quick')), 'ok'), tools: [quick] }).run('go')
    expect(toolResults(messages)).toEqual([['quick', 'in time']])
  })

  it.each([0, -1, Number.NaN])('has a positive number of milliseconds, not %d', toolTimeoutMs => {
    expect(() => agent({ toolTimeoutMs })).toThrow('it must be positive milliseconds')
    expect(() =>
      agent({ tools: [tool({ name: 't', input: z.object({}), timeoutMs: toolTimeoutMs, run: () => 1 })] }),
    ).toThrow('it must be positive milliseconds')
  })

  it('uses its budget', async () => {
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      timeoutMs: 5,
      maxRetries: 0,
      run: (_args, ctx) => untilAborted(ctx.signal),
    })
    await expect(agent({ model: scripted(answer(call('slow'))), tools: [slow] }).run('go')).rejects.toThrow(
      /`slow` exceeded.*Timed out after 0.005 seconds/,
    )
  })

  it('takes the limit of the agent when it has none of its own', async () => {
    const forever = deferred()
    const stuck = tool({ name: 'stuck', input: z.object({}), run: () => forever.promise })
    const model = scripted(answer(call('stuck')), 'ok')
    const { messages } = await agent({ model, tools: [stuck], toolTimeoutMs: 5 }).run('go')
    expect(toolResults(messages)).toEqual([['stuck', { retry: 'Timed out after 0.005 seconds.' }]])
  })

  it('does not disturb the others of its batch', async () => {
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      timeoutMs: 5,
      run: (_args, ctx) => untilAborted(ctx.signal),
    })
    const patient = tool({
      name: 'patient',
      input: z.object({}),
      run: async (_args, ctx) => {
        await new Promise(resolve => setTimeout(resolve, 20))
        return ctx.signal.aborted
      },
    })
    const model = scripted(answer(call('slow'), call('patient')), 'ok')
    const { messages } = await agent({ model, tools: [slow, patient] }).run('go')
    expect(toolResults(messages)[1]).toEqual(['patient', false])
  })

  it('a failure after the time was up reaches nobody', async () => {
    const failing = deferred()
    const late = tool({ name: 'late', input: z.object({}), timeoutMs: 5, run: () => failing.promise })
    const { output } = await agent({ model: scripted(answer(call('late')), 'ok'), tools: [late] }).run('go')
    failing.reject(new Error('nobody hears this'))
    await new Promise(setImmediate)
    expect(output).toBe('ok')
  })
})

it('a tool that is quick enough leaves no timer', async () => {
  const before = timers()
  const quick = tool({ name: 'quick', input: z.object({}), timeoutMs: 60_000, run: () => 'ok' })
  const failing = tool({
    name: 'failing',
    input: z.object({}),
    timeoutMs: 60_000,
    run: () => {
      throw new Error('broken')
    },
  })
  await agent({ model: scripted(answer(call('quick')), 'ok'), tools: [quick] }).run('go')
  await agent({ model: scripted(answer(call('failing'))), tools: [failing] })
    .run('go')
    .catch(() => {})
  expect(timers()).toBe(before)
})

it('a large batch of timed calls does not look like a leak', async () => {
  const warnings: unknown[] = []
  const onWarning = (warning: unknown) => warnings.push(warning)
  process.on('warning', onWarning)
  const quick = tool({
    name: 'quick',
    input: z.object({}),
    timeoutMs: 60_000,
    run: async () => new Promise(resolve => setImmediate(resolve)),
  })
  const calls = Array.from({ length: 30 }, (_, n) => call('quick', {}, `${n}`))
  const { usage } = await agent({ model: scripted(answer(...calls), 'ok'), tools: [quick] }).run('go')
  await new Promise(setImmediate)
  process.off('warning', onWarning)
  expect(usage.toolCalls).toBe(30)
  expect(warnings).toEqual([])
})
