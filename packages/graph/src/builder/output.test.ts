import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectDone, graphBuilder, interruptPoint, memoryStore, type, type GraphStore } from '../index.ts'

const go = interruptPoint('go', { payload: z.null(), resume: z.boolean() })
const stores = (): (GraphStore | undefined)[] => [undefined, memoryStore()]

/** Gives its input, after asking if it is said to. */
const giving = <TSchema extends z.ZodType<unknown, number>>(output: TSchema, asks = false) => {
  const counts = { runs: 0 }
  const g = graphBuilder({ name: 'giving', input: type<number>(), output: output as z.ZodType<unknown, number> })
  g.start
    .step(
      'give',
      async ({ input, interrupt }) => {
        if (asks) await interrupt(go, null)
        counts.runs++
        return input
      },
      { retry: { maxAttempts: 3, initialDelayMs: 1 }, onError: () => 1 },
    )
    .to(g.end)
  return { app: g.build(), counts }
}

const misfit = { code: 'input', message: expect.stringContaining('output of the run') as string }

describe('the output of a run', () => {
  it('that does not fit its schema fails the run, and the node is not run again', async () => {
    for (const store of stores()) {
      const { app, counts } = giving(z.number().max(5))
      const run = app.run({ input: 9, runId: 'r', ...(store && { store }) })
      await expect(run).rejects.toMatchObject(misfit)
      expect(counts.runs).toBe(1)
      expect((await store?.get('r'))?.status).toBe(store && 'failed')
      expect((await expectDone(app.run({ input: 5, ...(store && { store }) }))).output).toBe(5)
    }
  })

  it('also after an answer, and after a resume', async () => {
    for (const store of stores()) {
      const { app } = giving(z.number().max(5), true)
      const first = await app.run({ input: 9, runId: 'r', ...(store && { store }) })
      if (first.status !== 'interrupted') throw new Error(first.status)
      await expect(first.resume([go.answer(true)])).rejects.toMatchObject(misfit)
      // with a looser schema the run goes on from the node that had failed
      if (store !== undefined)
        expect((await expectDone(giving(z.number().max(50), true).app.resume('r', { store }))).output).toBe(9)
    }
  })

  it('is what the schema gives out, also when it is read again', async () => {
    for (const store of stores()) {
      const { app } = giving(z.number().transform(n => [n + 1]))
      const options = { runId: 'r', ...(store && { store }) }
      expect((await expectDone(app.run({ input: 9, ...options }))).output).toEqual([10])
      if (store !== undefined) expect((await expectDone(app.resume('r', { store }))).output).toEqual([10])
    }
  })

  it('has the type of what the schema gives out, and the end takes what it takes in', async () => {
    const g = graphBuilder({ name: 'text', input: z.number(), output: z.number().transform(String) })
    g.start.to(g.end)
    // @ts-expect-error the end takes a number
    const wrong = () => g.start.step('text', () => 'text').to(g.end)
    expect(wrong).toBeTypeOf('function')
    const { output } = await expectDone(g.build().run({ input: 5 }))
    expect(output.padStart(2, '0')).toBe('05')
    // @ts-expect-error a run gives a string
    expect(() => output.toFixed()).toThrow('toFixed')
    const hand = await g.build().iter({ input: 5 })
    expect(hand.output?.length).toBe(1)
  })

  it('of a subgraph fits its own schema, and the step after it gets what that gives out', async () => {
    const inner = graphBuilder({ name: 'inner', input: z.number(), output: z.number().max(5).transform(String) })
    inner.start.step('in', ({ input }) => input).to(inner.end)
    const g = graphBuilder({ name: 'outer', input: z.number(), output: z.string() })
    g.start
      .subgraph('sub', inner.build())
      .step('after', ({ input }) => input.padStart(3, '-'))
      .to(g.end)
    for (const store of stores()) {
      const options = store === undefined ? {} : { store }
      expect((await expectDone(g.build().run({ input: 4, ...options }))).output).toBe('--4')
      const run = g.build().run({ input: 9, ...options })
      await expect(run).rejects.toThrow('The output of subgraph "sub" does not fit its schema')
    }
  })

  it('that does not fit in an item of a settle() is a rejected item', async () => {
    const inner = graphBuilder({ name: 'inner', input: z.number(), output: z.number().max(5) })
    inner.start.step('in', ({ input }) => input).to(inner.end)
    const g = graphBuilder({ name: 'outer', input: type<number[]>(), output: type<string[]>() })
    g.start
      .map()
      .subgraph('sub', inner.build())
      .settle()
      .transform(({ input }) => input.map(({ status }) => status))
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [1, 9] }))).output).toEqual(['fulfilled', 'rejected'])
  })
})
