import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileStore } from './file/index.ts'
import {
  append,
  End,
  expectDone,
  graph,
  graphBuilder,
  GraphRuntimeError,
  interruptPoint,
  memoryStore,
  node,
  type,
  type GraphEvent,
  type GraphRunContext,
} from './index.ts'

// each of these was a fault of another graph library; the names say which fault

const root = mkdtempSync(join(tmpdir(), 'tenon-regression-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

interface Counted {
  n: number
}

const countdown = (work?: (n: number) => Promise<void> | void) => {
  const g = graphBuilder({
    name: 'countdown',
    state: type<Counted & { kept?: string }>(),
    input: type<number>(),
    output: type<number>(),
  })
  const down = g.step('down', { input: type<number>() }, async ({ input, state }) => {
    state.n++
    await work?.(input)
    return input - 1
  })
  g.start.to(down)
  down.when(left => left > 0, down).otherwise(flow => flow.transform(({ state }) => state.n).to(g.end))
  return g.build()
}

const ok = interruptPoint('ok', { payload: type<unknown>(), resume: type<boolean>() })

describe('class graphs with persistence', () => {
  it('a cancelled run is not stuck in "running"', async () => {
    const store = memoryStore()
    const controller = new AbortController()
    const app = countdown(async n => {
      if (n === 2 && !controller.signal.aborted) {
        controller.abort(new Error('enough'))
        await wait(5)
      }
    })
    const run = app.run({ input: 3, state: { n: 0 }, store, runId: 'c', signal: controller.signal })
    await expect(run).rejects.toMatchObject({ code: 'cancelled', cause: { message: 'enough' } })
    expect((await store.get('c'))?.status).toBe('cancelled')
    expect(await expectDone(app.resume('c', { store }))).toMatchObject({ output: 3, state: { n: 3 } })
  })

  it('a run whose process vanished is not stuck in "running" or "pending"', async () => {
    const store = memoryStore()
    let isGone = true
    let begun = () => {}
    const isBegun = new Promise<void>(resolve => {
      begun = resolve
    })
    const app = countdown(async n => {
      if (n !== 2 || !isGone) return
      begun()
      await new Promise(() => {})
    })
    void app.run({ input: 3, state: { n: 0 }, store, runId: 'v', leaseMs: 50 }).catch(() => {})
    await isBegun
    expect((await store.get('v'))?.status).toBe('running')
    isGone = false
    expect(await expectDone(app.resume('v', { store, takeOver: true }))).toMatchObject({ output: 3, state: { n: 3 } })
  })

  it('"done" and "the next one is ready" are one record, so no crash falls between them', async () => {
    const store = memoryStore()
    const app = countdown()
    await app.run({ input: 5, state: { n: 0 }, store, runId: 'r' })
    for (const { events } of (await app.history('r', { store })).entries) {
      const types = events.map(event => event.type)
      if (types.includes('task-end'))
        expect(types.filter(kind => kind === 'task-ready' || kind === 'run-end')).toHaveLength(1)
    }
  })

  it('a step writes itself, not the whole history', async () => {
    const bytes = async (steps: number) => {
      const directory = join(root, `size-${steps}`)
      await countdown().run({
        input: steps,
        state: { n: 0 },
        store: fileStore(directory, { fsync: false }),
        runId: 's',
      })
      return statSync(join(directory, readdirSync(directory)[0]!, 'journal.log')).size
    }
    const [small, large] = [await bytes(200), await bytes(2000)]
    expect(large / small).toBeLessThan(11)
  })

  it('replacing a node by hand leaves no forgotten one behind', async () => {
    class Wait extends node('Wait') {
      static next = () => [Go]
      async run(_ctx: GraphRunContext): Promise<Go> {
        throw new Error('never run')
      }
    }
    class Go extends node('Go') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext) {
        return new End('gone')
      }
    }
    const store = memoryStore()
    const app = graph({ name: 'swap', nodes: [Wait, Go] })
    const run = await app.iter(new Wait(), { store, runId: 'w' })
    expect(await run.next(new Go())).toEqual(new End('gone'))
    expect((await app.at('w', { store })).tasks).toEqual([])
    expect((await expectDone(app.resume('w', { store }))).output).toBe('gone')
  })
})

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

  it('a join fires once, though its last items arrive together', async () => {
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

describe('checkpoints', () => {
  it('a stored moment does not change when the run goes on', async () => {
    const store = memoryStore()
    const g = graphBuilder({
      name: 'moments',
      state: type<{ list: { deep: number[] } }>(),
      input: type<{ tags: string[] }>(),
      output: type<unknown>(),
    })
    const input = { tags: ['a'] }
    g.start
      .step('first', ({ input: received, state }) => {
        received.tags.push('changed by first')
        state.list.deep.push(1)
        return received
      })
      .step('second', ({ input: received, state }) => {
        received.tags.push('changed by second')
        state.list.deep.push(2)
        return received
      })
      .to(g.end)
    const app = g.build()
    const initial = { list: { deep: [0] } }
    await app.run({ input, state: initial, store, runId: 'm' })
    expect(await app.at('m', { store, seq: 1 })).toMatchObject({
      state: { list: { deep: [0] } },
      tasks: [{ input: { tags: ['a'] } }],
    })
    expect(await app.at('m', { store, seq: 2 })).toMatchObject({
      state: { list: { deep: [0, 1] } },
      tasks: [{ input: { tags: ['a', 'changed by first'] } }],
    })
    expect([input, initial]).toEqual([{ tags: ['a'] }, { list: { deep: [0] } }])
    const moment = await app.at('m', { store, seq: 2 })
    moment.state.list.deep.push(99)
    expect((await app.at('m', { store, seq: 2 })).state.list.deep).toEqual([0, 1])
  })

  it('an interrupt keeps its place beside what siblings write', async () => {
    const store = memoryStore()
    const g = graphBuilder({
      name: 'beside',
      state: type<{ log: string[] }>(),
      input: type<number>(),
      output: type<unknown>(),
      reducers: { log: append },
    })
    g.start
      .all({
        asks: flow => flow.step('asks', async ({ state, interrupt }) => (state.log.push('asks'), interrupt(ok, 1))),
        writes: flow =>
          flow
            .step('writes', ({ state }) => (state.log.push('writes'), 'written'))
            .step('again', ({ state, input }) => (state.log.push('again'), input)),
      })
      .to(g.end)
    const app = g.build()
    await app.run({ input: 1, state: { log: [] }, store, runId: 'b' })
    const done = await expectDone(app.resume('b', { store, answers: [ok.answer(true)] }))
    expect([done.output, done.state.log]).toEqual([{ asks: true, writes: 'written' }, ['asks', 'writes', 'again']])
  })

  it('what the last node did not write is still there', async () => {
    const store = memoryStore()
    const app = countdown()
    await app.run({ input: 3, state: { n: 0, kept: 'yes' }, store, runId: 'k' })
    expect((await app.at('k', { store })).state).toEqual({ n: 3, kept: 'yes' })
  })

  it('replay has the order of the live run, also with parallel branches', async () => {
    const store = memoryStore()
    const g = graphBuilder({
      name: 'order',
      state: type<{ log: number[] }>(),
      input: type<number[]>(),
      output: type<number[]>(),
      reducers: { log: append },
    })
    g.start
      .map()
      .step('slow', async ({ input, state }) => {
        await wait(20 - input * 5)
        state.log.push(input)
        return input
      })
      .collect()
      .step('after', ({ input }) => input)
      .to(g.end)
    const app = g.build()
    const live: GraphEvent[] = []
    const done = await expectDone(
      app.run({ input: [1, 2, 3], state: { log: [] }, store, runId: 'o', onEvent: event => live.push(event) }),
    )
    const again: GraphEvent[] = []
    for await (const event of app.events('o', { store })) again.push(event)
    const order = (events: GraphEvent[]) =>
      events.filter(event => event.type === 'task-end').map(event => ('taskId' in event ? event.taskId : 0))
    expect(order(again)).toEqual(order(live))
    const fork = await app.fork('o', { store, seq: 3 })
    expect(await expectDone(app.resume(fork, { store }))).toMatchObject({ output: done.output, state: done.state })
  })

  it('runs of one graph at the same time share nothing', async () => {
    const app = countdown(async () => void (await wait(1)))
    const results = await Promise.all(
      [3, 5, 8].map(n => expectDone(app.run({ input: n, state: { n: 0 }, store: memoryStore() }))),
    )
    expect(results.map(({ output }) => output)).toEqual([3, 5, 8])
  })

  it('defaults of the state’s schema do not overwrite what is stored', async () => {
    const store = memoryStore()
    const g = graphBuilder({
      name: 'defaults',
      state: z.object({ mode: z.string().default('default'), n: z.number().default(7) }),
      input: type<number>(),
      output: type<string>(),
    })
    g.start
      .step('set', ({ state }) => {
        state.mode = 'set'
        delete (state as { n?: number }).n
        return 1
      })
      .step('ask', async ({ interrupt, state }) =>
        (await interrupt(ok, null)) ? `${state.mode} ${String(state.n)}` : '',
      )
      .to(g.end)
    const app = g.build()
    await app.run({ input: 1, state: { mode: 'given', n: 1 }, store, runId: 'd' })
    expect((await expectDone(app.resume('d', { store, answers: [ok.answer(true)] }))).output).toBe('set undefined')
  })

  it('a stored value is data, whatever it looks like', async () => {
    const store = memoryStore()
    const evil = JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"name":"Function"},"lc":1,"type":"constructor","id":["fs"],"$expired":true}',
    ) as object
    const g = graphBuilder({
      name: 'data',
      state: type<{ value: unknown }>(),
      input: type<unknown>(),
      output: type<unknown>(),
    })
    g.start
      .step('keep', ({ input, state }) => {
        state.value = input
        return input
      })
      .step('ask', async ({ input, interrupt }) => ((await interrupt(ok, input)) ? input : null))
      .to(g.end)
    const app = g.build()
    await app.run({ input: evil, state: { value: null }, store, runId: 'e' })
    const done = await expectDone(app.resume('e', { store, answers: [ok.answer(true)] }))
    expect(JSON.stringify([done.output, done.state.value])).toBe(JSON.stringify([evil, evil]))
    expect(Object.getPrototypeOf(done.output)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it('ids of runs that look like patterns or paths reach only their own run', async () => {
    const store = fileStore(join(root, 'ids'))
    const app = countdown()
    for (const id of ['a%', 'ab', 'a*', '../up', 'a/b'])
      await app.run({ input: 1, state: { n: id.length }, store, runId: id })
    expect(readdirSync(root)).not.toContain('up')
    expect((await app.list({ store, idPrefix: 'a%' })).runs.map(({ id }) => id)).toEqual(['a%'])
    expect(await app.delete('a*', { store })).toBe(true)
    expect((await app.list({ store })).runs).toHaveLength(4)
  })
})

describe('values', () => {
  it('that are not JSON are refused where they would be stored, and name the node', async () => {
    for (const value of [new Date(), new Map(), () => 1, Number.NaN, 1n]) {
      const g = graphBuilder({ name: 'values', input: type<number>(), output: type<unknown>() })
      g.start
        .step('make', () => value as unknown)
        .step('take', ({ input }) => input)
        .to(g.end)
      await expect(g.build().run({ input: 1, store: memoryStore() })).rejects.toMatchObject({
        code: 'not-json',
        message: expect.stringContaining('input of "take"') as string,
      })
      expect((await expectDone(g.build().run({ input: 1 }))).output).toBe(value)
    }
  })
})
