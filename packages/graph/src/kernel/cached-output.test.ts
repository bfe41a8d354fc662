import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { End, graph, graphBuilder, memoryCache, memoryStore, node, type, withCodec, type CacheStore } from '../index.ts'

const day = z.object({ day: z.date() })
const daily = withCodec(day, {
  encode: fields => fields.day.toISOString(),
  decode: json => ({ day: new Date(json as string) }),
})

const counts = { ask: 0, judge: 0 }
class Ask extends node('Ask', z.object({ word: z.string() })) {
  static next = () => [Judge]
  static policy = { cache: {} }
  async run() {
    counts.ask++
    return new Judge({ day: new Date(this.word.length) })
  }
}
class Judge extends node('Judge', daily) {
  static next = () => [End<number>]
  static policy = { cache: {} }
  async run() {
    counts.judge++
    return new End(this.day.getTime())
  }
}

describe('a class node with a cache', () => {
  for (const kind of ['without a store', 'with a store'])
    it(`goes where it went, with what it had, ${kind}`, async () => {
      Object.assign(counts, { ask: 0, judge: 0 })
      const app = graph({ name: 'cached', nodes: [Ask, Judge] })
      const run = (word: string) => app.run(new Ask({ word }), kind === 'with a store' ? { store: memoryStore() } : {})
      for (const word of ['abc', 'abc', 'x', 'abc']) expect(await run(word)).toMatchObject({ output: word.length })
      expect(counts).toEqual({ ask: 2, judge: 2 })
    })

  it('leads back to a step of the builder, also from a subgraph', async () => {
    let runs = 0
    const build = (id: string) => {
      const g = graphBuilder({ name: id, input: type<number>(), output: type<number>() })
      const last = g.step('last', { input: z.number() }, ({ input }) => input + 1)
      class Start extends node('Start', z.object({ n: z.number() })) {
        static next = () => [last]
        static policy = { cache: {} }
        async run() {
          runs++
          return last.asNode(this.n * 10)
        }
      }
      g.start.transform(({ input }) => new Start({ n: input })).toNodes(Start)
      g.nodes(Start)
      last.to(g.end)
      return g.build()
    }
    const outer = graphBuilder({ name: 'outer', input: type<number>(), output: type<number>() })
    outer.start.subgraph('inner', build('inner')).to(outer.end)
    const app = outer.build()
    for (let round = 0; round < 2; round++) expect(await app.run({ input: 4 })).toMatchObject({ output: 41 })
    expect(runs).toBe(1)
  })

  it('runs again when the node it went to is gone', async () => {
    const cache: CacheStore = memoryCache()
    let runs = 0
    const build = (id: string) => {
      class Next extends node(id) {
        static next = () => [End<string>]
        async run() {
          return new End(id)
        }
      }
      class First extends node('First') {
        static next = () => [Next]
        static policy = { cache: { store: cache } }
        async run() {
          runs++
          return new Next()
        }
      }
      return { app: graph({ name: 'g', nodes: [First, Next] }), First }
    }
    for (const id of ['Old', 'Old', 'New']) {
      const { app, First } = build(id)
      expect(await app.run(new First())).toMatchObject({ output: id })
    }
    expect(runs).toBe(2)
  })

  it('is not run again because its output cannot be kept', async () => {
    let runs = 0
    class Bad extends node('Bad') {
      static next = () => [End<Date>]
      static policy = { cache: {}, retry: { maxAttempts: 3, initialDelayMs: 0 } }
      async run() {
        runs++
        return new End(new Date())
      }
    }
    await expect(graph({ name: 'bad', nodes: [Bad] }).run(new Bad())).rejects.toMatchObject({ code: 'not-json' })
    expect(runs).toBe(1)
  })
})
