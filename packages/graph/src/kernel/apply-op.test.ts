import { describe, expect, it } from 'vitest'
import { expectDone, graphBuilder, type } from '../index.ts'

const inner = () => {
  const g = graphBuilder({ name: 'inner', input: type<number>(), output: type<number>() })
  g.start.step('up', async ({ input }) => input + 1).to(g.end)
  return g.build()
}

const shapes = {
  'a subgraph in each item': () => {
    const g = graphBuilder({ name: 'subs', input: type<number[]>(), output: type<number>() })
    g.start.map().subgraph('sub', inner()).sum().to(g.end)
    return g.build()
  },
  'a race in each item': () => {
    const g = graphBuilder({ name: 'races', input: type<number[]>(), output: type<number>() })
    g.start
      .map()
      .broadcast(flow => [flow.step('a', async ({ input }) => input), flow.step('b', async ({ input }) => input)])
      .race()
      .sum()
      .to(g.end)
    return g.build()
  },
  'a failure in each item': () => {
    const g = graphBuilder({ name: 'fails', input: type<number[]>(), output: type<unknown>() })
    g.start
      .map()
      .step('fail', async (): Promise<number> => {
        throw new Error('no')
      })
      .settle()
      .to(g.end)
    return g.build()
  },
}

describe('dropping branches costs what is dropped, however wide the run is', () => {
  it.each(Object.entries(shapes))('%s', { timeout: 60_000 }, async (_name, build) => {
    const app = build()
    // time of the processor, so that other work on the machine counts little
    const costOf = async (items: number) => {
      const input = Array.from({ length: items }, (_, index) => index)
      const before = process.cpuUsage()
      await expectDone(app.run({ input }))
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    for (let round = 0; round < 3; round++) await costOf(1000)
    let few = Infinity
    let many = Infinity
    // 16 times the items: 16 when it is linear, 256 when each item looks at all others, however often it is tried
    for (let round = 0; round < 6 && !(many / few < 80); round++) {
      few = Math.min(few, await costOf(500), await costOf(500))
      many = Math.min(many, await costOf(8000))
    }
    expect(many / few).toBeLessThan(80)
  })
})
