import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileStore } from '../file/index.ts'
import {
  edge,
  End,
  expectDone,
  exportPydanticSnapshots,
  graph,
  importPydanticSnapshots,
  memoryStore,
  node,
  withCodec,
  type GraphRunContext,
  type GraphStore,
} from '../index.ts'

// what the persistence classes of pydantic_graph do, in the words of this package

const root = mkdtempSync(join(tmpdir(), 'tenon-semantics-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const State = z.object({ n: z.number(), log: z.array(z.string()) })
type Context = GraphRunContext<z.infer<typeof State>>
const Since = withCodec(z.object({ since: z.date() }), {
  encode: ({ since }) => ({ since: since.toISOString() }),
  decode: json => ({ since: new Date((json as { since: string }).since) }),
})

const flaw = { at: Number.NaN }

class Add extends node('Add', z.object({ by: z.number() })) {
  static next = () => [Look, edge(Add, 'more')]
  async run(ctx: Context): Promise<Look | Add> {
    ctx.state.n += this.by
    ctx.state.log.push(`add ${this.by}`)
    if (ctx.state.n === flaw.at) throw new Error('flaw')
    return ctx.state.n < 3 ? new Add({ by: 1 }) : new Look({ since: new Date(0) })
  }
}
class Look extends node('Look', Since) {
  static next = () => [End<string>]
  async run(ctx: Context) {
    return new End(`${ctx.state.n} since ${this.since.getUTCFullYear()}`)
  }
}
const adding = graph({ name: 'adding', state: State, nodes: [Add, Look] })
const fresh = () => ({ state: { n: 0, log: [] } })

const stores: Record<string, () => GraphStore> = {
  'memoryStore({ history: "last" }), as SimpleStatePersistence': () => memoryStore({ history: 'last' }),
  'memoryStore(), as FullStatePersistence': () => memoryStore(),
  'fileStore, as FileStatePersistence': () => fileStore(mkdtempSync(join(root, 'store-'))),
}

describe.each(Object.entries(stores))('%s', (_name, open) => {
  const recordsOf = async (store: GraphStore, runId: string) => (await store.get(runId))?.seq

  it('snapshot_node: a run is stored with its first node before anything runs', async () => {
    const store = open()
    const runId = await adding.initialize(new Add({ by: 1 }), { ...fresh(), store, runId: 'i' })
    expect(await adding.at(runId, { store })).toMatchObject({
      status: 'paused',
      state: { n: 0, log: [] },
      tasks: [{ nodeId: 'Add', input: { by: 1 }, status: 'ready' }],
    })
  })

  it('snapshot_node_if_new: a node that is stored already is not stored again, another one is', async () => {
    const store = open()
    await expect(
      adding
        .initialize(new Add({ by: 1 }), { ...fresh(), store, runId: 's' })
        .then(runId => adding.initialize(new Add({ by: 9 }), { ...fresh(), store, runId })),
    ).rejects.toMatchObject({ code: 'run-exists' })
    await using run = await adding.iterFromStore('s', { store })
    const before = (await recordsOf(store, 's'))!
    const due = run.nextNode
    if (due instanceof End) throw new Error('no node')
    await run.next(due)
    // taking the run up and the step itself
    expect(await recordsOf(store, 's')).toBe(before + 1)
    await run.next(new Add({ by: 5 }))
    // the step, and the replacement before it
    expect(await recordsOf(store, 's')).toBe(before + 3)
  })

  it('snapshot_end: the end and its state are stored, and resume gives them back', async () => {
    const store = open()
    await adding.run(new Add({ by: 1 }), { ...fresh(), store, runId: 'e' })
    expect(await adding.at('e', { store })).toMatchObject({ status: 'done', state: { n: 3 }, tasks: [] })
    expect(await expectDone(adding.resume('e', { store }))).toMatchObject({ output: '3 since 1970', state: { n: 3 } })
  })

  it('record_run: ready, running, done or failed, with times; nobody runs it twice', async () => {
    const store = open()
    flaw.at = 2
    const live: string[] = []
    const run = adding.run(new Add({ by: 1 }), {
      ...fresh(),
      store,
      runId: 'r',
      onEvent: ({ type }) => live.push(type),
    })
    await expect(run).rejects.toThrow('flaw')
    flaw.at = Number.NaN
    expect(live).toEqual([
      'run-start',
      'task-start',
      'task-end',
      'state-patch',
      'task-ready',
      'task-start',
      'task-error',
      'run-status',
    ])
    expect(await adding.at('r', { store })).toMatchObject({ status: 'failed', tasks: [{ status: 'failed' }] })
    const events = (await adding.history('r', { store })).entries.flatMap(entry => entry.events)
    const end = events.find(event => event.type === 'task-end')
    expect(end?.at).toBeGreaterThan(1e12)
    expect(end?.durationMs).toBeGreaterThanOrEqual(0)
    await using again = await adding.iterFromStore('r', { store })
    await expect(adding.resume('r', { store })).rejects.toMatchObject({ code: 'run-locked' })
    await expect(adding.resume('unknown', { store })).rejects.toMatchObject({ code: 'run-not-found' })
    await again.next()
    await again.next()
    expect(await again.next()).toEqual(new End('3 since 1970'))
    await expect(again.next()).rejects.toMatchObject({ code: 'node-status' })
  })

  it('load_next: the next node and the state it will see; none when the run is over', async () => {
    const store = open()
    await adding.initialize(new Add({ by: 1 }), { ...fresh(), store, runId: 'n' })
    for (const expected of [
      new Add({ by: 1 }),
      new Add({ by: 1 }),
      new Add({ by: 1 }),
      new Look({ since: new Date(0) }),
    ]) {
      const run = await adding.iterFromStore('n', { store })
      expect(run.nextNode).toEqual(expected)
      expect(run.nextNode).toBeInstanceOf(expected.constructor)
      await run.next()
      await run.pause()
    }
    await expect(adding.iterFromStore('n', { store })).rejects.toMatchObject({ code: 'lookup' })
  })

  it('set_types: there is nothing to set; nodes, their data and the state come back as what they were', async () => {
    const store = open()
    await adding.initialize(new Look({ since: new Date(86_400_000) }), { ...fresh(), store, runId: 't' })
    await using run = await adding.iterFromStore('t', { store })
    expect(run.nextNode).toBeInstanceOf(Look)
    expect(run.nextNode).toEqual(new Look({ since: new Date(86_400_000) }))
    expect(run.state).toEqual({ n: 0, log: [] })
  })

  it('deep_copy: what a caller holds or is given is never what is stored', async () => {
    const store = open()
    const state = { n: 0, log: ['given'] }
    const first = new Add({ by: 1 })
    await adding.initialize(first, { state, store, runId: 'c' })
    state.log.push('changed')
    Object.assign(first, { by: 99 })
    const moment = await adding.at('c', { store })
    moment.state.log.push('changed too')
    await using run = await adding.iterFromStore('c', { store })
    run.state.log.push('and this')
    expect([run.nextNode, run.state]).toEqual([new Add({ by: 1 }), { n: 0, log: ['given'] }])
  })
})

describe('load_all', () => {
  it('every node with the state before it, and the end: in the JSON of pydantic_graph, and back', async () => {
    const store = memoryStore()
    await adding.run(new Add({ by: 2 }), { ...fresh(), store, runId: 'a' })
    const all = await exportPydanticSnapshots(adding, 'a', { store })
    expect(all).toMatchObject([
      { kind: 'node', state: { n: 0 }, node: { node_id: 'Add', by: 2 }, status: 'success' },
      { kind: 'node', state: { n: 2 }, node: { node_id: 'Add', by: 1 }, status: 'success' },
      {
        kind: 'node',
        state: { n: 3 },
        node: { node_id: 'Look', since: '1970-01-01T00:00:00.000Z' },
        status: 'success',
      },
      { kind: 'end', state: { n: 3 }, result: { data: '3 since 1970' } },
    ])
    const text = JSON.stringify(all.slice(0, 2), undefined, 2)
    await importPydanticSnapshots(adding, text, { store, runId: 'b' })
    expect((await expectDone(adding.resume('b', { store }))).output).toBe('3 since 1970')
  })

  it('of a store that keeps the last snapshot only gives what is there, once', async () => {
    const store = memoryStore({ history: 'last' })
    await adding.initialize(new Add({ by: 1 }), { state: { n: -6000, log: [] }, store, runId: 'l' })
    await adding.resume('l', { store, maxSteps: 10_000 })
    const run = (await store.get('l'))!
    expect(run.snapshotSeq).toBeGreaterThan(1)
    const seqs: number[] = []
    for (let cursor: number | undefined = 0; cursor !== undefined;) {
      const page = await adding.history('l', { store, limit: 50, cursor })
      seqs.push(...page.entries.map(({ seq }) => seq))
      cursor = page.cursor
    }
    const kept = run.seq - run.snapshotSeq + 1
    expect(seqs).toEqual(Array.from({ length: kept }, (_, index) => run.snapshotSeq + index))
  })
})

describe('a file that is not there', () => {
  it('is an empty store', async () => {
    const directory = join(root, 'missing')
    const store = fileStore(directory)
    expect([await store.get('x'), (await store.list()).runs]).toEqual([undefined, []])
    await adding.run(new Add({ by: 3 }), { ...fresh(), store, runId: 'x' })
    expect(readdirSync(directory)).toHaveLength(1)
  })
})
