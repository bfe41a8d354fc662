import { describe, expect, it } from 'vitest'
import {
  append,
  End,
  expectDone,
  graph,
  graphBuilder,
  GraphRuntimeError,
  memoryStore,
  node,
  type,
  type GraphRunContext,
} from '../index.ts'

// each of these was a fault of another graph library; the names say which fault

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

describe('builders', () => {
  it('a join’s initial value is not shared between runs', async () => {
    const g = graphBuilder({ name: 'fresh', input: type<number[]>(), output: type<number[]>() })
    g.start
      .map()
      .join(
        (all: number[], item) => {
          all.push(item)
          return all
        },
        { initial: () => [] },
      )
      .to(g.end)
    const app = g.build()
    await app.run({ input: [1, 2] })
    expect((await expectDone(app.run({ input: [3] }))).output).toEqual([3])
  })

  it('a map over an empty list still reaches its join, which gives the initial value', async () => {
    const g = graphBuilder({ name: 'empty', input: type<number[]>(), output: type<string>() })
    g.start
      .map()
      .step('each', ({ input }) => input)
      .join((text: string, item) => text + String(item), { initial: () => 'nothing' })
      .to(g.end)
    for (const store of [undefined, memoryStore()])
      expect((await expectDone(g.build().run({ input: [], ...(store && { store }) }))).output).toBe('nothing')
  })

  it('a join collects in the order of the input, not of completion', async () => {
    const g = graphBuilder({ name: 'ordered', input: type<number[]>(), output: type<number[]>() })
    g.start
      .map()
      .step('wait', async ({ input }) => {
        await wait(input)
        return input
      })
      .collect()
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [15, 8, 1] }))).output).toEqual([15, 8, 1])
  })

  it('a node that is in the graph but not declared as a next one is refused', async () => {
    class From extends node('From') {
      static next = () => [To]
      async run(_ctx: GraphRunContext): Promise<To> {
        return new Aside() as never
      }
    }
    class To extends node('To') {
      static next = () => [End<string>, Aside]
      async run(_ctx: GraphRunContext): Promise<End<string> | Aside> {
        return new End('to')
      }
    }
    class Aside extends node('Aside') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext) {
        return new End('aside')
      }
    }
    const app = graph({ name: 'declared', nodes: [From, To, Aside] })
    await expect(app.run(new From())).rejects.toMatchObject({ code: 'undeclared-edge' })
  })

  it('parallel branches write no shared object: each sees its own writes, and the join all', async () => {
    const seen: unknown[] = []
    const g = graphBuilder({
      name: 'apart',
      state: type<{ log: string[] }>(),
      input: type<string[]>(),
      output: type<unknown>(),
      reducers: { log: append },
    })
    g.start
      .map()
      .step('write', async ({ input, state }) => {
        state.log.push(input)
        await wait(2)
        seen.push([...state.log])
        return input
      })
      .collect()
      .to(g.end)
    const { state } = await expectDone(g.build().run({ input: ['a', 'b'], state: { log: [] } }))
    expect(seen).toEqual([['a'], ['b']])
    expect(state.log).toEqual(['a', 'b'])
  })

  it('an async reducer is awaited, item by item', async () => {
    const g = graphBuilder({ name: 'async', input: type<number[]>(), output: type<string>() })
    g.start
      .map()
      .join(
        async (text: string, item) => {
          await wait(5 - item)
          return text + String(item)
        },
        { initial: () => '' },
      )
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [1, 2, 3] }))).output).toBe('123')
  })

  it('a string is not mapped by character, even behind the compiler’s back', async () => {
    const g = graphBuilder({ name: 'text', input: type<string[]>(), output: type<number>() })
    g.start
      .map()
      .transform(({ input }) => input.length)
      .sum()
      .to(g.end)
    await expect(g.build().run({ input: 'abc' as never })).rejects.toThrow(
      /needs an iterable of items, not the string "abc"/,
    )
  })

  it('a node that is not in the graph is a typed error, not a crash', async () => {
    class Known extends node('Known') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext): Promise<End<string>> {
        return new Unknown() as never
      }
    }
    class Unknown extends node('Unknown') {}
    await expect(graph({ name: 'k', nodes: [Known] }).run(new Known())).rejects.toThrow(GraphRuntimeError)
  })

  it('what a cancelled branch does to the state later changes nothing', async () => {
    const late: string[] = []
    const g = graphBuilder({
      name: 'late',
      state: type<{ log: string[] }>(),
      input: type<number>(),
      output: type<string>(),
    })
    g.start
      .broadcast(flow => [
        flow.step('fast', async () => 'fast'),
        flow.step('zombie', async ({ state }) => {
          await wait(10)
          try {
            state.log.push('zombie')
          } catch (error) {
            late.push(error instanceof Error ? error.message : '')
          }
          return 'zombie'
        }),
      ])
      .race()
      .to(g.end)
    const { state } = await expectDone(g.build().run({ input: 1, state: { log: [] } }))
    await wait(20)
    expect(state.log).toEqual([])
    expect(late[0]).toMatch(/after the node had finished/)
  })

  it('R95: a join fires once, though its last items arrive together', async () => {
    let fired = 0
    const g = graphBuilder({ name: 'once', input: type<number[]>(), output: type<number>() })
    g.start
      .map()
      .step('same', async ({ input }) => input)
      .sum()
      .step('after', ({ input }) => (fired++, input))
      .to(g.end)
    await g.build().run({ input: Array.from({ length: 500 }, () => 1), store: memoryStore() })
    expect(fired).toBe(1)
  })
})
