import { graphBuilder } from '../../builder/builder.ts'
import { expectDone } from '../../run-options.ts'
import { type } from '../../schema.ts'
import { newRun, OWNER, record, same, type StoreCases } from '../check.ts'

/** Size, and graphs that run on the store. */
export const growing: StoreCases = {
  'records of 10 MB': async store => {
    const large = JSON.stringify({ text: 'x'.repeat(10 * 1024 * 1024) })
    const lease = await store.create(newRun('r'), [record(1, large)], OWNER)
    await store.commit(lease, 1, [record(2, large, 'running', 2)])
    const [, second] = await store.read('r')
    same(second?.data.length, large.length, 'length')
    same(second?.data === large, true, 'content')
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
