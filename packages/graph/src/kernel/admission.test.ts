import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dying } from '../test-support/dying-store.ts'
import { runs, timeLimitMs } from '../../../../scripts/test-support/property-runs.ts'
import { expectDone, graphBuilder, interruptPoint, memoryStore, type } from '../index.ts'

interface Work {
  work(item: number): Promise<number>
}

/** Counts the items that are under way: from their first task to their last. */
class Gauge implements Work {
  /** tasks each open item has left */
  readonly #open = new Map<number, number>()
  readonly #tasks: number
  most = 0
  done = 0

  /** @param tasks of each item */
  constructor(tasks: number) {
    this.#tasks = tasks
  }

  async work(item: number): Promise<number> {
    if (!this.#open.has(item)) this.#open.set(item, this.#tasks)
    this.most = Math.max(this.most, this.#open.size)
    // some later, some sooner
    for (let turn = 0; turn < 1 + ((item * 7) % 3); turn++) await new Promise(resolve => setTimeout(resolve, 0))
    const left = this.#open.get(item)! - 1
    this.#open.set(item, left)
    if (left > 0) return item
    this.#open.delete(item)
    this.done++
    return item
  }
}

const builder = (name: string) => graphBuilder({ name, input: type<number[]>(), output: type<unknown>() })

const doubled = (gauge: Work) => {
  const g = graphBuilder({ name: 'doubled', input: type<number>(), output: type<number>() })
  g.start
    .step('one', ({ input }) => gauge.work(input))
    .step('two', ({ input }) => gauge.work(input))
    .to(g.end)
  return g.build()
}

const shapes = {
  'a step': (gauge: Work, concurrency: number) => {
    const g = builder('step')
    g.start
      .map({ concurrency })
      .step('one', ({ input }) => gauge.work(input))
      .step('two', ({ input }) => gauge.work(input))
      .collect()
      .to(g.end)
    return g.build()
  },
  'branches at once': (gauge: Work, concurrency: number) => {
    const g = builder('all')
    g.start
      .map({ concurrency })
      .all({
        a: flow => flow.step('one', ({ input }) => gauge.work(input)),
        b: flow => flow.step('two', ({ input }) => gauge.work(input)),
      })
      .collect()
      .to(g.end)
    return g.build()
  },
  'a subgraph': (gauge: Work, concurrency: number) => {
    const g = builder('subgraph')
    g.start.map({ concurrency }).subgraph('inner', doubled(gauge)).collect().to(g.end)
    return g.build()
  },
  'a map in the map': (gauge: Work, concurrency: number) => {
    const g = builder('nested')
    g.start
      .map({ concurrency })
      .transform(({ input }) => [input, input])
      .map()
      .step('one', ({ input }) => gauge.work(input))
      .collect()
      .collect()
      .to(g.end)
    return g.build()
  },
  'a limited map in the map': (gauge: Work, concurrency: number) => {
    const g = builder('limited')
    g.start
      .map({ concurrency })
      .transform(({ input }) => [input, input])
      .map({ concurrency: 1 })
      .step('one', ({ input }) => gauge.work(input))
      .collect()
      .collect()
      .to(g.end)
    return g.build()
  },
}

const ten = Array.from({ length: 10 }, (_, index) => index)

describe('the concurrency of a map counts its items, whatever an item is', () => {
  for (const [name, make] of Object.entries(shapes))
    it.each([1, 2, 3])(`${name}: %d`, async concurrency => {
      const gauge = new Gauge(2)
      await expectDone(make(gauge, concurrency).run({ input: ten }))
      expect(gauge).toMatchObject({ most: concurrency, done: 10 })
    })

  it('holds in maps in maps, each with its limit', async () => {
    const outer = new Gauge(3)
    const inner = new Map<number, Gauge>()
    const g = builder('both')
    g.start
      .map({ concurrency: 2 })
      .transform(({ input }) => [0, 1, 2].map(part => [input, part] as const))
      .map({ concurrency: 2 })
      .step('one', async ({ input: [item, part] }) => {
        if (!inner.has(item)) inner.set(item, new Gauge(1))
        await Promise.all([outer.work(item), inner.get(item)!.work(part)])
        return part
      })
      .collect()
      .collect()
      .to(g.end)
    await expectDone(g.build().run({ input: ten }))
    expect(outer).toMatchObject({ most: 2, done: 10 })
    expect([...inner.values()].map(({ most, done }) => [most, done])).toEqual(ten.map(() => [2, 3]))
  })
})

describe('after a reload', () => {
  it('items that wait for an answer count', async () => {
    const ask = interruptPoint('ask', { payload: type<number>(), resume: type<number>() })
    const make = () => {
      const g = builder('asking')
      g.start
        .map({ concurrency: 2 })
        .all({ a: flow => flow.step('ask', ({ input, interrupt }) => interrupt(ask, input)) })
        .collect()
        .to(g.end)
      return g.build()
    }
    const rounds = async (reload: boolean) => {
      const store = memoryStore()
      let outcome = await make().run({ input: [1, 2, 3, 4], ...(reload ? { store, runId: 'r' } : {}) })
      const seen: number[][] = []
      while (outcome.status === 'interrupted') {
        seen.push(outcome.interrupts.map(({ payload }) => Number(payload)))
        const answers = [ask.answer(1, outcome.interrupts.at(-1)!.id)]
        outcome = reload ? await make().resume('r', { store, answers }) : await outcome.resume(answers)
      }
      return seen
    }
    expect(await rounds(false)).toEqual([[1, 2], [1, 3], [1, 4], [1]])
    expect(await rounds(true)).toEqual([[1, 2], [1, 3], [1, 4], [1]])
  })

  it('items that had begun count, wherever the process died', { timeout: timeLimitMs }, async () => {
    const cases = fc.record({
      make: fc.constantFrom(...Object.values(shapes)),
      concurrency: fc.integer({ min: 1, max: 3 }),
      at: fc.nat(14),
      // taken up from a snapshot, or from the records
      isForked: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ make, concurrency, at, isForked }) => {
        const store = memoryStore()
        const input = [0, 1, 2, 3, 4, 5]
        const options = { store: dying(store, at), runId: 'r' }
        await make(new Gauge(2), concurrency)
          .run({ input, ...options })
          .catch(() => {})
        /** tasks each item has left, and the items that have begun */
        const left = new Map(input.map(item => [item, 2]))
        const underWay = new Set<number>()
        const finish = (item: number) => {
          left.set(item, left.get(item)! - 1)
          if (left.get(item) === 0) underWay.delete(item)
          else underWay.add(item)
        }
        let most = 0
        const work = async (item: number) => {
          underWay.add(item)
          most = Math.max(most, underWay.size)
          await new Promise(resolve => setTimeout(resolve, 0))
          finish(item)
          return item
        }
        const app = make({ work }, concurrency)
        for await (const event of app.events('r', { store }))
          if (event.type === 'task-end' && /one$|two$/.test(event.nodeId)) finish(event.forkPath[0]![1])
        const runId = isForked ? await app.fork('r', { store }) : 'r'
        expect(await app.resume(runId, { store, takeOver: true })).toMatchObject({ status: 'done' })
        expect(most).toBeLessThanOrEqual(concurrency)
      }),
      runs(100),
    )
  })
})
