import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileStore } from '../file/index.ts'
import {
  append,
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  sqlStore,
  type,
  type GraphEvent,
} from '../index.ts'
import { countdown } from '../test-support/countdown.ts'

// each of these was a fault of another graph library; the names say which fault; Rnn is its number in our list

const root = mkdtempSync(join(tmpdir(), 'tenon-checkpoints-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

const ok = interruptPoint('ok', { payload: type<unknown>(), resume: type<boolean>() })

describe('checkpoints', () => {
  it('R90: a stored moment does not change when the run goes on', async () => {
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

  it('R91: an interrupt keeps its place beside what siblings write', async () => {
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

  it('R92: what the last node did not write is still there', async () => {
    const store = memoryStore()
    const app = countdown()
    await app.run({ input: 3, state: { n: 0, kept: 'yes' }, store, runId: 'k' })
    expect((await app.at('k', { store })).state).toEqual({ n: 3, kept: 'yes' })
  })

  it('R93: filters filter, what waits is shown, and a deleted run leaves nothing behind, in every store', async () => {
    const database = await PGlite.create()
    const stores = { memory: memoryStore(), file: fileStore(join(root, 'r93')), sql: sqlStore(database) }
    for (const [name, store] of Object.entries(stores)) {
      const g = graphBuilder({ name: 'asks', input: type<number>(), output: type<boolean>() })
      g.start.step('ask', async ({ interrupt, once }) => (await once('o', () => 1), interrupt(ok, name))).to(g.end)
      const asks = g.build()
      for (const runId of ['x-1', 'x-2', 'y-1']) await asks.run({ input: 1, store, runId })
      await countdown().run({ input: 1, state: { n: 0 }, store, runId: 'x-3' })
      await asks.resume('x-2', { store, answers: [ok.answer(true)] })
      const ids = async (options: Parameters<typeof asks.list>[0]) =>
        (await asks.list({ store, ...options })).runs.map(({ id }) => id)
      expect(await ids({})).toEqual(['x-1', 'x-2', 'y-1'])
      expect(await ids({ status: 'interrupted' })).toEqual(['x-1', 'y-1'])
      expect(await ids({ status: 'interrupted', idPrefix: 'x' })).toEqual(['x-1'])
      expect(await ids({ status: ['done', 'failed'], idPrefix: 'y' })).toEqual([])
      expect((await asks.at('x-1', { store })).tasks).toMatchObject([{ nodeId: 'ask', status: 'waiting' }])
      expect((await asks.iterFromStore('x-1', { store })).interrupts).toMatchObject([{ payload: name }])
      expect(await asks.delete('x-1', { store })).toBe(true)
      expect(await ids({})).toEqual(['x-2', 'y-1'])
      const anew = await asks.run({ input: 1, store, runId: 'x-1' })
      expect(anew.status).toBe('interrupted')
      expect((await asks.history('x-1', { store })).entries[0]).toMatchObject({ seq: 1 })
    }
    await database.close()
  })

  it('R94: replay has the order of the live run, also with parallel branches', async () => {
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

  it('R95: an answer belongs to its moment: a fork from before it is asked again', async () => {
    const store = memoryStore()
    const g = graphBuilder({ name: 'asked', input: type<number>(), output: type<boolean>() })
    g.start.step('ask', ({ interrupt }) => interrupt(ok, null)).to(g.end)
    const app = g.build()
    await app.run({ input: 1, store, runId: 'a' })
    const asked = (await store.get('a'))!.seq
    expect((await expectDone(app.resume('a', { store, answers: [ok.answer(true)] }))).output).toBe(true)
    const fork = await app.fork('a', { store, seq: asked })
    expect((await app.resume(fork, { store })).status).toBe('interrupted')
    expect((await expectDone(app.resume(fork, { store, answers: [ok.answer(false)] }))).output).toBe(false)
  })

  it('R96: runs of one graph at the same time share nothing', async () => {
    const app = countdown(async () => void (await wait(1)))
    const results = await Promise.all(
      [3, 5, 8].map(n => expectDone(app.run({ input: n, state: { n: 0 }, store: memoryStore() }))),
    )
    expect(results.map(({ output }) => output)).toEqual([3, 5, 8])
  })

  it('R96: defaults of the state’s schema do not overwrite what is stored', async () => {
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

  it('R97: a stored value is data, whatever it looks like', async () => {
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

  it('R97: ids of runs that look like patterns or paths reach only their own run', async () => {
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

describe('names that reach a database', () => {
  it('R97: a table prefix is letters, digits and _, never SQL', () => {
    const client = { query: () => Promise.reject(new Error('never asked')) }
    for (const prefix of ['', 'a b', 'a;drop table x', 'A', '1a', 'a"', "a'", 'a%', 'ä', 'a'.repeat(42)])
      expect(() => sqlStore(client, { prefix }), prefix).toThrow(/cannot be a table name prefix/)
  })
})

describe('values', () => {
  it('that are not JSON are refused on their way to a node, with a store and without, and name it', async () => {
    for (const value of [new Date(), new Map(), () => 1, Number.NaN, 1n]) {
      const g = graphBuilder({ name: 'values', input: type<number>(), output: type<unknown>() })
      g.start
        .step('make', () => value as unknown)
        .step('take', ({ input }) => input)
        .to(g.end)
      for (const options of [{}, { store: memoryStore() }])
        await expect(g.build().run({ input: 1, ...options })).rejects.toMatchObject({
          code: 'not-json',
          message: expect.stringContaining('input of "take"') as string,
        })
    }
  })
})
