import { GraphError } from '../errors.ts'
import { graphBuilder } from '../builder/builder.ts'
import { expectDone } from '../run-options.ts'
import { type } from '../schema.ts'
import type { GraphStore, JournalRecord, Lease, RunRecord, RunStatus } from '../store/store.ts'

/** One check of a store. `run` throws when the store fails it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

export interface StoreConformanceOptions {
  /** an empty store for each case */
  readonly open: () => Promise<GraphStore> | GraphStore
  /** gives a second handle on the store that `open` gave last, as another process would have; without it those cases use the same handle */
  readonly reopen?: () => Promise<GraphStore> | GraphStore
}

const TTL = 60_000
const OWNER = { owner: 'a', ttlMs: TTL }

const same = (actual: unknown, expected: unknown, what: string): void => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: expected ${b?.slice(0, 300)}, got ${a?.slice(0, 300)}`)
}

const rejects = async (promise: Promise<unknown>, code: string, what: string): Promise<void> => {
  try {
    await promise
  } catch (error) {
    if (error instanceof GraphError || GraphError.isInstance(error)) {
      same((error as GraphError).code, code, `${what}: error code`)
      return
    }
    throw new Error(`${what}: rejected with ${String(error)}, not with a GraphError of code ${code}`, { cause: error })
  }
  throw new Error(`${what}: expected a rejection with code ${code}`)
}

const record = (seq: number, data: string, status: RunStatus = 'running', snapshotSeq = 1): JournalRecord => ({
  seq,
  at: 1000 + seq,
  status,
  snapshotSeq,
  data,
})

const newRun = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  graph: 'g',
  version: 1,
  topology: 't',
  status: 'running',
  seq: 1,
  snapshotSeq: 1,
  createdAt: 1000,
  updatedAt: 1001,
  ...more,
})

const JSON_VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1.5e-300,
  1.7976931348623157e308,
  Number.MAX_SAFE_INTEGER,
  '',
  'plain',
  'quote " backslash \\ slash / newline \n tab \t',
  '\u0000 and \u001f and \u2028',
  String.fromCharCode(0, 1, 0xd800),
  '😀 ünï çødé 漢字',
  '%_*?[]{}$1\\\'"; DROP TABLE runs; --',
  [],
  {},
  [[[[[]]]]],
  { '': 1, ' ': 2, 'a.b': 3, 'a/b': 4, 0: 5, '-1': 6 },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"prototype":2,"toString":3,"hasOwnProperty":4}'),
]

const ODD_IDS = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '%',
  'a%b',
  'a_b',
  'aXb',
  '*',
  'a*',
  '?',
  '[ab]',
  '../escape',
  '..',
  '.',
  '/',
  'a/b',
  'a\\b',
  '\\u0000',
  'nul\u0000nul',
  'half \ud800',
  'quote\'"`',
  'ünï 漢字 😀',
  'Case',
  'case',
  'CASE',
  ' leading and trailing ',
  'x'.repeat(500),
  `${'x'.repeat(499)}y`,
]

type Case = (store: GraphStore, options: StoreConformanceOptions) => Promise<void>

const cases: Readonly<Record<string, Case>> = {
  'a run comes back as it was created': async store => {
    const run = newRun('r', {
      forkOf: { runId: 'p%', seq: 7 },
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      version: 3,
    })
    const lease = await store.create(run, [record(1, '"first"')], OWNER)
    same([lease.runId, lease.owner], ['r', 'a'], 'lease')
    const got = await store.get('r')
    for (const key of Object.keys(run) as (keyof RunRecord)[]) same(got?.[key], run[key], key)
    same(await store.read('r'), [record(1, '"first"')], 'records')
  },
  'an unknown run is undefined to get, false to delete, an error to the rest': async store => {
    same(await store.get('none'), undefined, 'get')
    same(await store.delete('none'), false, 'delete')
    await rejects(store.acquire('none', OWNER), 'run-not-found', 'acquire')
    await rejects(store.read('none'), 'run-not-found', 'read')
    await rejects(store.commit({ runId: 'none', owner: 'a', token: 1 }, 1, [record(2, '1')]), 'run-not-found', 'commit')
    await store.release({ runId: 'none', owner: 'a', token: 1 })
  },
  'a run id is created once, also by creators at the same time': async store => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(n => store.create(newRun('r'), [record(1, String(n))], OWNER)),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    await rejects(store.create(newRun('r'), [record(1, '0')], OWNER), 'run-exists', 'a later creator')
    same((await store.read('r')).length, 1, 'records')
  },
  'JSON edge values survive, byte for byte': async store => {
    const texts = JSON_VALUES.map(value => JSON.stringify(value))
    const lease = await store.create(newRun('r'), [record(1, '0')], OWNER)
    for (const [index, text] of texts.entries()) await store.commit(lease, index + 1, [record(index + 2, text)])
    same(
      (await store.read('r', { afterSeq: 1 })).map(({ data }) => data),
      texts,
      'one by one',
    )
    const batch = await store.create(newRun('b'), [record(1, '0')], OWNER)
    await store.commit(
      batch,
      1,
      texts.map((text, index) => record(index + 2, text)),
    )
    same(
      (await store.read('b', { afterSeq: 1 })).map(({ data }) => data),
      texts,
      'in one commit',
    )
  },
  'no id is special: wildcards, paths, prototype names, case, length': async store => {
    for (const [index, id] of ODD_IDS.entries())
      await store.create(newRun(id, { createdAt: 1000 + index, graph: id }), [record(1, JSON.stringify(id))], OWNER)
    for (const id of ODD_IDS) {
      same((await store.get(id))?.id, id, `get ${JSON.stringify(id.slice(0, 20))}`)
      same((await store.read(id))[0]?.data, JSON.stringify(id), 'read')
      const runs = (await store.list({ idPrefix: id })).runs.map(run => run.id)
      same(
        runs,
        ODD_IDS.filter(other => other.startsWith(id)),
        `prefix ${JSON.stringify(id.slice(0, 20))}`,
      )
      same(
        (await store.list({ graph: id })).runs.map(run => run.id),
        [id],
        'graph filter',
      )
    }
    same(await store.delete('a_b'), true, 'delete a_b')
    same(await store.delete('%'), true, 'delete %')
    same((await store.list({ limit: 1000 })).runs.length, ODD_IDS.length - 2, 'others stay')
    same((await store.get('aXb'))?.id, 'aXb', 'aXb stays')
  },
  'a commit moves the head': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(lease, 1, [record(2, '2'), record(3, '3', 'interrupted', 3)])
    const run = await store.get('r')
    same(
      [run?.seq, run?.status, run?.snapshotSeq, run?.updatedAt, run?.createdAt],
      [3, 'interrupted', 3, 1003, 1000],
      'head',
    )
    same(await store.read('r'), [record(1, '1'), record(2, '2'), record(3, '3', 'interrupted', 3)], 'records')
  },
  'of two commits that expect one head, one loses and leaves nothing': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(lease, 1, [record(2, '"winner"')])
    await rejects(store.commit(lease, 1, [record(2, '"loser"'), record(3, '"loser"')]), 'seq-conflict', 'the loser')
    await rejects(store.commit(lease, 9, [record(10, '"ahead"')]), 'seq-conflict', 'a commit from the future')
    same(
      (await store.read('r')).map(({ data }) => data),
      ['1', '"winner"'],
      'records',
    )
    same((await store.get('r'))?.seq, 2, 'head')
  },
  'of many commits at once on one head, exactly one wins': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => store.commit(lease, 1, [record(2, String(n))])),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    same((await store.read('r')).length, 2, 'records')
  },
  'a held run cannot be acquired, a released one can': async (store, { reopen }) => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    const other = (await reopen?.()) ?? store
    await rejects(other.acquire('r', { owner: 'b', ttlMs: TTL }), 'run-locked', 'while held')
    await store.release(lease)
    const second = await other.acquire('r', { owner: 'b', ttlMs: TTL })
    same(second.token > lease.token, true, 'token grows')
    await rejects(store.acquire('r', OWNER), 'run-locked', 'held again')
  },
  'of many who acquire at once, one wins': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.release(lease)
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => store.acquire('r', { owner: `o${n}`, ttlMs: TTL })),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    for (const result of results)
      if (result.status === 'rejected') same((result.reason as GraphError).code, 'run-locked', 'losers')
  },
  'a lease that is not renewed runs out, one that is renewed does not': async store => {
    const short = { owner: 'a', ttlMs: 200 }
    const renewed = await store.create(newRun('renewed'), [record(1, '1')], short)
    const forgotten = await store.create(newRun('forgotten'), [record(1, '1')], short)
    await store.renew(renewed, TTL)
    // polled, so that a slow machine only takes longer
    const until = Date.now() + 20_000
    let lease: Lease | undefined
    while (lease === undefined && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, 50))
      lease = await store.acquire('forgotten', { owner: 'b', ttlMs: TTL }).catch((error: GraphError) => {
        same(error.code, 'run-locked', 'before it runs out')
        return undefined
      })
    }
    same(lease?.owner, 'b', 'the new owner')
    await rejects(store.acquire('renewed', { owner: 'b', ttlMs: TTL }), 'run-locked', 'renewed')
    await rejects(store.renew(forgotten, 300), 'lease-lost', 'the old owner renews')
  },
  'after a takeover the old owner can do nothing': async (store, { reopen }) => {
    const old = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(old, 1, [record(2, '"old"')])
    const other = (await reopen?.()) ?? store
    const lease = await other.acquire('r', { owner: 'b', ttlMs: TTL, takeOver: true })
    await rejects(store.commit(old, 2, [record(3, '"stale"')]), 'lease-lost', 'commit')
    await rejects(store.renew(old, TTL), 'lease-lost', 'renew')
    await store.release(old)
    await other.commit(lease, 2, [record(3, '"new"')])
    await rejects(store.commit(old, 3, [record(4, '"stale"')]), 'lease-lost', 'commit at the right head')
    same(
      (await other.read('r')).map(({ data }) => data),
      ['1', '"old"', '"new"'],
      'records',
    )
    same(
      (await store.read('r')).map(({ data }) => data),
      ['1', '"old"', '"new"'],
      'records, seen by the old owner',
    )
  },
  'a released lease writes no more': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.release(lease)
    await rejects(store.commit(lease, 1, [record(2, '2')]), 'lease-lost', 'commit')
  },
  'read pages by seq': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(
      lease,
      1,
      Array.from({ length: 9 }, (_, n) => record(n + 2, String(n + 2))),
    )
    same(
      (await store.read('r', { afterSeq: 3, limit: 2 })).map(({ seq }) => seq),
      [4, 5],
      'middle',
    )
    same(
      (await store.read('r', { limit: 1 })).map(({ seq }) => seq),
      [1],
      'first',
    )
    same(await store.read('r', { afterSeq: 10 }), [], 'past the end')
  },
  'list is in order of age, and a cursor neither skips nor repeats': async store => {
    const ids = Array.from({ length: 25 }, (_, n) => `run-${(n * 7) % 25}`)
    for (const [index, id] of ids.entries())
      await store.create(newRun(id, { createdAt: 1000 + Math.floor(index / 5) }), [record(1, '1')], OWNER)
    const seen: RunRecord[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.runs)
      cursor = page.cursor
      if (seen.length === 8) await store.create(newRun('late', { createdAt: 5000 }), [record(1, '1')], OWNER)
    } while (cursor !== undefined)
    same(new Set(seen.map(({ id }) => id)).size, 26, 'all, once')
    same(seen.length, 26, 'no repeats')
    const ages = seen.map(({ createdAt }) => createdAt)
    same(
      ages,
      [...ages].sort((a, b) => a - b),
      'order',
    )
  },
  'list filters by graph and status together': async store => {
    const statuses: RunStatus[] = ['running', 'done', 'interrupted', 'failed']
    for (const graph of ['g1', 'g2'])
      for (const status of statuses)
        await store.create(newRun(`${graph}-${status}`, { graph, status }), [record(1, '1', status)], OWNER)
    const ids = async (options: Parameters<GraphStore['list']>[0]) =>
      (await store.list(options)).runs.map(({ id }) => id).sort()
    same(await ids({ graph: 'g1' }), ['g1-done', 'g1-failed', 'g1-interrupted', 'g1-running'], 'graph')
    same(await ids({ status: 'done' }), ['g1-done', 'g2-done'], 'status')
    same(await ids({ graph: 'g2', status: ['failed', 'running'] }), ['g2-failed', 'g2-running'], 'both')
    same(await ids({ graph: 'g' }), [], 'no prefix matching of graphs')
    same(await ids({ status: 'paused' }), [], 'none')
  },
  'delete removes a run and its records, and only that': async store => {
    await store.create(newRun('r'), [record(1, '"r"')], OWNER)
    await store.create(newRun('r2'), [record(1, '"r2"')], OWNER)
    same(await store.delete('r'), true, 'delete')
    same(await store.get('r'), undefined, 'gone')
    same((await store.read('r2')).length, 1, 'other')
    await store.create(newRun('r'), [record(1, '"again"')], OWNER)
    same(
      (await store.read('r')).map(({ data }) => data),
      ['"again"'],
      'a new run of that id starts afresh',
    )
  },
  'what a caller holds is not what is stored': async store => {
    const records = [record(1, '{"a":1}')]
    const run = newRun('r')
    const lease = await store.create(run, records, OWNER)
    Object.assign(records[0]!, { data: 'changed' })
    Object.assign(run, { status: 'failed' })
    const later = [record(2, '{"b":1}')]
    await store.commit(lease, 1, later)
    Object.assign(later[0]!, { data: 'changed' })
    same(
      (await store.read('r')).map(({ data }) => data),
      ['{"a":1}', '{"b":1}'],
      'records',
    )
    same((await store.get('r'))?.status, 'running', 'run')
  },
  'records of 10 MB': async store => {
    const large = JSON.stringify({ text: 'x'.repeat(10 * 1024 * 1024) })
    const lease = await store.create(newRun('r'), [record(1, large)], OWNER)
    await store.commit(lease, 1, [record(2, large, 'running', 2)])
    const [, second] = await store.read('r')
    same(second?.data.length, large.length, 'length')
    same(second?.data === large, true, 'content')
  },
  'a second handle sees what the first stored': async (store, { reopen }) => {
    const other = (await reopen?.()) ?? store
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    same((await other.get('r'))?.seq, 1, 'created')
    await store.commit(lease, 1, [record(2, '2')])
    same((await other.get('r'))?.seq, 2, 'committed')
    same((await other.read('r')).length, 2, 'records')
    await store.delete('r')
    same(await other.get('r'), undefined, 'deleted')
  },
  'a history of 10,000 records costs the same at its end as at its start': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    const cost: number[] = []
    for (let chunk = 0; chunk < 10; chunk++) {
      const before = performance.now()
      for (let part = 0; part < 20; part++) {
        const from = chunk * 1000 + part * 50 + 1
        await store.commit(
          lease,
          from,
          Array.from({ length: 50 }, (_, n) => record(from + n + 1, '{"step":1}')),
        )
      }
      cost.push(performance.now() - before)
    }
    same((await store.get('r'))?.seq, 10_001, 'head')
    same(
      (await store.read('r', { afterSeq: 9_990, limit: 5 })).map(({ seq }) => seq),
      [9991, 9992, 9993, 9994, 9995],
      'page',
    )
    const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
    const [early, late] = [median(cost.slice(0, 5)), median(cost.slice(5))]
    // a machine that does other things at the same time is allowed for; cost that grows with the history is not: it would be tenfold
    if (late > early * 4 + 50)
      throw new Error(
        `the last 5,000 records cost ${late.toFixed(0)} ms per thousand, the first ${early.toFixed(0)} ms`,
      )
  },
  'a fork goes its own way': async store => {
    const app = counter()
    const done = await expectDone(app.run({ input: 3, state: { n: 0 }, store, runId: 'original' }))
    same(done.output, 3, 'original')
    const fork = await app.fork('original', { store, seq: 2, runId: 'fork', update: state => ({ n: state.n + 100 }) })
    const forked = await expectDone(app.resume(fork, { store }))
    same(forked.state.n, 103, 'fork')
    same((await app.at('original', { store })).state.n, 3, 'original is as it was')
    same((await store.get('fork'))?.forkOf, { runId: 'original', seq: 2 }, 'forkOf')
    await store.delete('original')
    same((await expectDone(app.resume(fork, { store }))).state.n, 103, 'the fork lives without the original')
  },
  'a state with prototype names and 10 MB of text comes back': async store => {
    const state = JSON.parse(
      `{"__proto__":{"x":1},"constructor":[1],"text":${JSON.stringify('é'.repeat(5_000_000))},"n":0}`,
    ) as { n: number }
    const app = counter()
    const done = await expectDone(app.run({ input: 2, state, store, runId: 'r' }))
    const reloaded = await app.at('r', { store })
    same(reloaded.state, { ...done.state }, 'state')
    same(JSON.stringify(reloaded.state).startsWith('{"__proto__":{"x":1},"constructor":[1]'), true, 'odd keys')
  },
}

/** A graph that counts up to its input. */
const counter = () => {
  const g = graphBuilder({
    name: 'counter',
    state: type<{ n: number }>(),
    input: type<number>(),
    output: type<number>(),
  })
  const up = g.step('up', { input: type<number>() }, ({ input, state }) => {
    state.n++
    return input - 1
  })
  g.start.to(up)
  up.when(left => left > 0, up).otherwise(flow => flow.transform(({ state }) => state.n).to(g.end))
  return g.build()
}

/** All checks of the store contract. Every store of this package passes them; so should yours.
 *  @example
 *  for (const { name, run } of storeConformance({ open: () => myStore() })) it(name, run) */
export const storeConformance = (options: StoreConformanceOptions): StoreCase[] =>
  Object.keys(cases).map(name => ({
    name,
    run: async () => {
      const store = await options.open()
      try {
        await cases[name]!(store, options)
      } finally {
        await store.close?.()
      }
    },
  }))
