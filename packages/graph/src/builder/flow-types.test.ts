import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectDone, graphBuilder, memoryStore, type } from '../index.ts'

describe('race', () => {
  it.each([undefined, memoryStore()])('of nothing gives undefined, with and without a store', async store => {
    const g = graphBuilder({ name: 'race', input: type<string[]>(), output: type<number>() })
    g.start
      .map()
      .race()
      .step('length', ({ input }) => (input === undefined ? -1 : input.length))
      .to(g.end)
    const options = store === undefined ? {} : { store }
    expect((await expectDone(g.build().run({ input: [], ...options }))).output).toBe(-1)
    expect((await expectDone(g.build().run({ input: ['four'], ...options }))).output).toBe(4)
  })
})

describe('what a run is given', () => {
  it.each([undefined, memoryStore()])(
    'is parsed once: run takes what goes in, steps get what comes out',
    async store => {
      const g = graphBuilder({
        name: 'given',
        state: z.object({ tries: z.number().default(7) }),
        input: z.object({ n: z.string().transform(Number), by: z.number().default(2) }),
        output: z.array(z.number()),
      })
      const parse = g.step('parse', { input: z.string().transform(text => Number(text) + 1) }, ({ input }) => [input])
      g.start.step('add', ({ input, state }) => String(input.n * input.by + state.tries)).to(parse)
      parse.to(g.end)
      const options = store === undefined ? {} : { store }
      const done = await expectDone(g.build().run({ input: { n: '5' }, state: {}, ...options }))
      expect(done.output).toEqual([18])
      expect(done.state.tries).toBe(7)
    },
  )
})
