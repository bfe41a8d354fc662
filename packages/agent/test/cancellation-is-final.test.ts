import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, emptyUsage, tool, type Capability } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'

const stalled = () => new FunctionModel({ function: () => new Promise<never>(() => {}) })
const outcome = { output: 'saved' }

const rescues: Record<string, Capability> = {
  wrapRun: { wrapRun: (_ctx, handler) => handler().catch(() => outcome) },
  wrapNodeRun: { wrapNodeRun: (_ctx, node, handler) => handler(node).catch(() => ({ kind: 'end', ...outcome })) },
  wrapModelRequest: {
    wrapModelRequest: (_ctx, request, handler) =>
      handler(request).catch(() => ({
        kind: 'response',
        parts: [{ kind: 'text', content: 'saved' }],
        usage: { ...emptyUsage },
      })),
  },
}

describe.each(ways)('%s', way => {
  it.each(Object.keys(rescues))('%s cannot save a cancelled run', async name => {
    const controller = new AbortController()
    const one = agent({ model: stalled(), capabilities: [rescues[name]!] })
    const running = drivers[way](one, 'Go.', { signal: controller.signal })
    setTimeout(() => controller.abort('enough'), 5)
    await expect(running).rejects.toMatchObject({ code: 'run_cancelled' })
  })

  it('a tool that cancels the run at once lets no other begin', async () => {
    const begun: string[] = []
    const named = (name: string, cancels: boolean) =>
      tool({
        name,
        input: z.object({}),
        run: (_args, ctx) => {
          begun.push(name)
          if (cancels) ctx.cancel('enough')
          return 'done'
        },
      })
    const one = agent({
      model: scripted(answer(call('first'), call('second'), call('third'))),
      tools: [named('first', false), named('second', true), named('third', false)],
    })
    await expect(drivers[way](one, 'Go.')).rejects.toMatchObject({ code: 'run_cancelled' })
    expect(begun).toEqual(['first', 'second'])
  })

  it('an output function or a validator that never comes back does not hold the run up', async () => {
    for (const options of [
      { outputValidators: [() => new Promise<never>(() => {})] },
      { instructions: () => new Promise<never>(() => {}) },
      { capabilities: [{ beforeModelRequest: () => new Promise<never>(() => {}) } satisfies Capability] },
    ]) {
      const controller = new AbortController()
      const running = drivers[way](agent({ model: scripted('text'), ...options }), 'Go.', { signal: controller.signal })
      setTimeout(() => controller.abort(), 5)
      await expect(running).rejects.toMatchObject({ code: 'run_cancelled' })
    }
  })
})

it('a reader learns that somebody else cancelled', async () => {
  const model = new FunctionModel({
    streamFunction: async function* () {
      for (let n = 0; n < 5; n += 1) yield 'word '
    },
  })
  const stream = agent({ model }).stream('Go.')
  const reading = (async () => {
    for await (const event of stream) if (event.kind === 'part-delta') await stream.cancel('enough')
  })()
  await expect(reading).rejects.toMatchObject({ code: 'run_cancelled', reason: 'enough' })
})

it('leaving at the result is no cancellation', async () => {
  const stream = agent({ model: scripted('text') }).stream('Go.')
  for await (const event of stream) if (event.kind === 'agent-run-result') break
  expect(await stream.output).toBe('text')
})
