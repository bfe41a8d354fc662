import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { runs, timeLimitMs } from '../../../../scripts/test-support/property-runs.ts'
import {
  addUp,
  append,
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  node,
  type,
  type GraphOutcome,
  type GraphStore,
} from '../index.ts'

/** A store that stops working at a write, before it or after it, as a process does that dies there. */
const dying = (inner: GraphStore, at: number, when: 'before' | 'after'): GraphStore => {
  let count = 0
  let isDead = false
  return {
    create: (run, records, options) => inner.create(run, records, options),
    get: id => inner.get(id),
    acquire: (id, options) => inner.acquire(id, options),
    renew: (lease, ttlMs) => inner.renew(lease, ttlMs),
    release: async () => {},
    read: (id, options) => inner.read(id, options),
    list: options => inner.list(options),
    delete: id => inner.delete(id),
    commit: async (lease, seq, records) => {
      const isNow = count++ === at
      if (isDead || (isNow && when === 'before')) {
        isDead = true
        throw new Error('dead')
      }
      await inner.commit(lease, seq, records)
      if (!isNow) return
      isDead = true
      throw new Error('dead')
    },
  }
}

const ask = interruptPoint('ask', { payload: type<number>(), resume: type<number>() })

/** A value that is not the same when it is parsed twice. */
const marked = z
  .object({ count: z.number().default(0), by: z.string() })
  .transform(({ count, by }) => ({ count: count + 1, by }))

/** Maps in maps, with a stream, a branch that waits for a person, one that may fail and is settled, a step that gives nothing, one
 *  whose input is parsed, and a class node with a field of its own. */
const everything = () => {
  const g = graphBuilder({
    name: 'everything',
    state: type<{ log: number[]; total: number }>(),
    input: type<number[][]>(),
    output: type<unknown>(),
    reducers: { log: append, total: addUp },
  })
  class Count extends node('Count', z.object({ items: z.number() })) {
    times = 1
    static next = () => [parsed]
    async run() {
      return parsed.asNode({ count: this.items * this.times, by: 'class' })
    }
  }
  const parsed = g.step('parsed', { input: marked }, ({ input, state }) => {
    state.total += input.count
    return JSON.stringify(input)
  })
  const joined = g.join('joined', { item: type<string>(), initial: (): string[] => [] }, (all, item) => [...all, item])
  parsed.to(joined)
  g.nodes(Count)
  const last = joined.step('last', ({ input, state }) => {
    state.log.push(-1)
    return input
  })
  last.to(g.end)
  g.start
    .map()
    .stream('spread', async function* ({ input, state }) {
      state.total += 1000
      for (const item of input) yield item
    })
    .map({ concurrency: 2 })
    .step('work', async ({ input, state }) => {
      if (input % 3 === 0) await Promise.resolve()
      state.log.push(input)
      state.total += input
      if (input < 0) throw new RangeError(`negative ${input}`)
      return input
    })
    .settle()
    .all({
      asked: flow =>
        flow.step('person', async ({ input, interrupt, once }) =>
          once('paid', () => input.length).then(count => interrupt(ask, count)),
        ),
      nothing: flow =>
        flow.step('nothing', (): number | undefined => undefined).step('kind', ({ input }) => typeof input),
      plain: flow => flow.step('count', ({ input }) => input.length),
    })
    .transform(({ input: { asked, nothing, plain } }) => {
      if (nothing !== 'undefined') throw new Error(`nothing became ${nothing}`)
      const count = new Count({ items: asked + plain })
      count.times = 3
      return count
    })
    .toNodes(Count)
  return g.build()
}

const finish = async (
  app: ReturnType<typeof everything>,
  store: GraphStore,
  first: Promise<GraphOutcome<unknown, unknown>>,
) => {
  let outcome = await first
  while (outcome.status === 'interrupted')
    outcome = await app.resume('r', {
      store,
      takeOver: true,
      answers: outcome.interrupts.map(({ id, payload }) => ask.answer(Number(payload) * 10, id)),
    })
  const { output, state } = await expectDone(outcome)
  return JSON.stringify({ output, state })
}

/** Without a store: the same outcome goes on with its answers. */
const finishInMemory = async (first: Promise<GraphOutcome<unknown, unknown>>) => {
  let outcome = await first
  while (outcome.status === 'interrupted')
    outcome = await outcome.resume(outcome.interrupts.map(({ id, payload }) => ask.answer(Number(payload) * 10, id)))
  const { output, state } = await expectDone(outcome)
  return JSON.stringify({ output, state })
}

describe('a run that dies at any write', () => {
  it('ends as if it had not died, whatever its shape', { timeout: timeLimitMs }, async () => {
    const lists = fc.array(fc.array(fc.integer({ min: -4, max: 9 }), { maxLength: 3 }), { maxLength: 3 })
    const app = everything()
    const begin = { log: [], total: 0 }
    await fc.assert(
      fc.asyncProperty(lists, fc.constantFrom('before' as const, 'after' as const), async (input, when) => {
        const whole = memoryStore()
        const expected = await finish(app, whole, app.run({ input, state: begin, store: whole, runId: 'r' }))
        expect(await finishInMemory(app.run({ input, state: begin }))).toBe(expected)
        for (let at = 0; ; at++) {
          const inner = memoryStore()
          const store = dying(inner, at, when)
          let died = false
          const outcome = await finish(app, store, app.run({ input, state: begin, store, runId: 'r' })).catch(
            (error: unknown) => {
              if (!(error instanceof Error) || error.message !== 'dead') throw error
              died = true
              return finish(app, inner, app.resume('r', { store: inner, takeOver: true }))
            },
          )
          expect(outcome).toBe(expected)
          if (!died) break
        }
      }),
      runs(60),
    )
  })
})
