import { describe, expect, it } from 'vitest'
import { dying } from './test-support/dying-store.ts'
import { z } from 'zod'
import {
  End,
  expectDone,
  goto,
  graph,
  graphBuilder,
  memoryStore,
  node,
  type,
  withCodec,
  type GraphOutcome,
  type GraphStore,
  type Migration,
} from './index.ts'

interface Controls {
  readonly store?: GraphStore
  readonly runId?: string
}
interface Runs {
  readonly run: (controls: Controls) => Promise<GraphOutcome<unknown, unknown>>
  readonly resume: (
    runId: string,
    options: { store: GraphStore; takeOver: true },
  ) => Promise<GraphOutcome<unknown, unknown>>
  readonly fork: (runId: string, options: { store: GraphStore; seq: number }) => Promise<string>
}

/** What comes of a program without a store; with one, with a crash at any commit, and from any moment of its past it must be the same. */
const resultOf = async (make: () => Runs): Promise<unknown> => {
  const ends = async (outcome: Promise<GraphOutcome<unknown, unknown>>) => {
    const { output, state } = await expectDone(outcome)
    return { output, state }
  }
  const wanted = await ends(make().run({}))
  const store = memoryStore()
  expect(await ends(make().run({ store, runId: 'r' }))).toStrictEqual(wanted)
  expect(await ends(make().resume('r', { store, takeOver: true }))).toStrictEqual(wanted)
  const { seq } = (await store.get('r'))!
  for (let at = 1; at <= seq; at++) {
    const id = await make().fork('r', { store, seq: at })
    expect(await ends(make().resume(id, { store, takeOver: true }))).toStrictEqual(wanted)
  }
  // records that are made together are committed together: there may be fewer commits than records
  for (let at = 0, hasDied = true; hasDied; at++) {
    const inner = memoryStore()
    const outcome = await make()
      .run({ store: dying(inner, at), runId: 'r' })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== 'dead') throw error
        return undefined
      })
    hasDied = outcome === undefined
    if (hasDied) expect(await ends(make().resume('r', { store: inner, takeOver: true }))).toStrictEqual(wanted)
  }
  return wanted.output
}

/** The code of the error a program ends with, without a store and with one. */
const refusals = async (make: () => Runs): Promise<unknown[]> => {
  const codeOf = (error: unknown) => (error as { code?: string }).code
  return Promise.all(
    [{}, { store: memoryStore() }].map(controls =>
      make()
        .run(controls)
        .then(() => 'done', codeOf),
    ),
  )
}

const builder = (name: string) => graphBuilder({ name, input: type<number>(), output: type<unknown>() })

const program = (app: ReturnType<ReturnType<typeof builder>['build']>, input = 1): Runs => ({
  run: controls => app.run({ input, ...controls }),
  resume: (runId, options) => app.resume(runId, options),
  fork: (runId, options) => app.fork(runId, options),
})

describe('the input of a declared step', () => {
  it('is what its schema makes of it: changed, completed, without unknown keys', async () => {
    const schema = z
      .object({ text: z.string(), times: z.number().default(2), count: z.string().transform(Number).optional() })
      .transform(value => ({ ...value, isParsed: true }))
    const make = () => {
      const g = graphBuilder({
        name: 'parsed',
        input: type<{ text: string; count: string }>(),
        output: type<unknown>(),
      })
      const take = g.step('take', { input: schema }, ({ input }) => input)
      g.start.transform(({ input }) => ({ ...input, extra: 1 })).to(take)
      take.step('last', ({ input }) => input).to(g.end)
      const app = g.build()
      return {
        run: (controls: Controls) => app.run({ input: { text: 'a', count: '5' }, ...controls }),
        resume: app.resume.bind(app),
        fork: app.fork.bind(app),
      } as Runs
    }
    expect(await resultOf(make)).toEqual({ text: 'a', times: 2, count: 5, isParsed: true })
  })

  it('is parsed before its codec stores it', async () => {
    const input = withCodec(
      z.string().transform(text => new Date(text)),
      { encode: date => date.toISOString(), decode: json => new Date(json as string) },
    )
    const make = () => {
      const g = builder('dates')
      const year = g.step('year', { input }, step => [step.input instanceof Date, step.input.getUTCFullYear()])
      g.start.transform(() => '2026-11-23').to(year)
      year.to(g.end)
      return program(g.build())
    }
    expect(await resultOf(make)).toEqual([true, 2026])
  })

  it('is parsed once for each task, whatever happens to it', async () => {
    let parsed = 0
    const input = z.number().transform(value => {
      parsed++
      return value + 1
    })
    const inner = memoryStore()
    const seen: number[] = []
    let isFailing = true
    const make = () => {
      const g = builder('once')
      const take = g.step('take', { input, retry: { maxAttempts: 2, initialDelayMs: 1 } }, step => {
        seen.push(step.input)
        if (isFailing) throw new Error('not yet')
        return step.input
      })
      g.start.to(take)
      take.to(g.end)
      return g.build()
    }
    await expect(make().run({ input: 1, store: inner, runId: 'r' })).rejects.toThrow('not yet')
    await expect(make().resume('r', { store: inner })).rejects.toThrow('not yet')
    await make().fork('r', { store: inner, runId: 'f' })
    isFailing = false
    expect((await expectDone(make().resume('f', { store: inner }))).output).toBe(2)
    expect((await expectDone(make().resume('r', { store: inner }))).output).toBe(2)
    expect([parsed, new Set(seen)]).toEqual([1, new Set([2])])
  })

  it('is parsed on every way there: from a handler of errors, a class node, an override', async () => {
    const input = z.number().transform(value => value * 10)
    const g = builder('handler')
    const take = g.step('take', { input }, step => step.input)
    const failing = g.start.step(
      'fail',
      (): number => {
        throw new Error('no')
      },
      { onError: () => goto(take, 1), errorTo: [take] },
    )
    failing.to(g.end)
    take.to(g.end)
    expect(await resultOf(() => program(g.build()))).toBe(10)

    const h = builder('class')
    const taken = h.step('take', { input }, step => step.input)
    class Hand extends node('Hand') {
      static next = () => [taken]
      async run() {
        return taken.asNode(2)
      }
    }
    h.nodes(Hand)
    h.start.transform(() => new Hand()).toNodes(Hand)
    taken.to(h.end)
    expect(await resultOf(() => program(h.build()))).toBe(20)

    for (const controls of [{}, { store: memoryStore() }]) {
      const run = await g.build().iter({ input: 1, ...controls })
      await run.override([{ nodeId: 'take', input: 3 }])
      expect(await run.next()).toEqual({ kind: 'end', output: 30 })
    }
  })

  it('is refused when it does not fit, with a store and without', async () => {
    const g = builder('wrong')
    const take = g.step('take', { input: z.string() }, step => step.input)
    g.start.transform(() => 5 as unknown as string).to(take)
    take.to(g.end)
    expect(await refusals(() => program(g.build()))).toEqual(['input', 'input'])
  })

  it('is parsed again after a migration', async () => {
    const make = (version: 1 | 2) => {
      const g = graphBuilder({ name: 'migrated', version, input: type<number>(), output: type<unknown>() })
      const input =
        version === 1 ? z.object({ n: z.number() }) : z.object({ n: z.number(), more: z.string().default('x') })
      const take = g.step('take', { input }, step => {
        if (version === 1) throw new Error('stop')
        return step.input
      })
      g.start.transform(({ input: n }) => ({ n })).to(take)
      take.to(g.end)
      return g.build()
    }
    const store = memoryStore()
    await expect(make(1).run({ input: 1, store, runId: 'r' })).rejects.toThrow('stop')
    const wrong: Migration = ({ state, tasks }) => ({
      state,
      tasks: tasks.map(task => ({ ...task, input: { n: 'one' } })),
    })
    await expect(make(2).resume('r', { store, migrate: wrong })).rejects.toMatchObject({ code: 'input' })
    const migrate: Migration = ({ state, tasks }) => ({ state, tasks })
    expect((await expectDone(make(2).resume('r', { store, migrate }))).output).toEqual({ n: 1, more: 'x' })
  })
})

describe('a journal of the format before', () => {
  it('goes on: inputs it keeps as they were routed are parsed', async () => {
    const make = () => {
      const g = builder('old')
      const input = z.object({ n: z.number(), more: z.number().default(2) })
      const take = g.step('take', { input }, step => [step.input.n, step.input.more])
      g.start.transform(({ input: n }) => ({ n })).to(take)
      take.to(g.end)
      return g.build()
    }
    const store = memoryStore()
    const inner = memoryStore()
    await expect(make().run({ input: 1, store: dying(inner, 0), runId: 'r' })).rejects.toThrow('dead')
    const [record] = await inner.read('r', { afterSeq: 0, limit: 1 })
    const data = record!.data.replace('"f":2', '"f":1').replace('{"n":1,"more":2}', '{"n":1}')
    expect(data.length).toBeLessThan(record!.data.length)
    const lease = await store.create((await inner.get('r'))!, [{ ...record!, data }], { owner: 'test', ttlMs: 1000 })
    await store.release(lease)
    expect((await make().at('r', { store })).tasks).toMatchObject([{ nodeId: 'take', input: { n: 1 } }])
    const paused = new AbortController()
    paused.abort()
    // taken up, and left again: it is of the present format from then on
    expect((await make().resume('r', { store, drainSignal: paused.signal })).status).toBe('paused')
    expect((await make().at('r', { store })).tasks).toMatchObject([{ nodeId: 'take', input: { n: 1, more: 2 } }])
    expect((await expectDone(make().resume('r', { store }))).output).toEqual([1, 2])
  })
})

describe('a result that is undefined', () => {
  const nothing = (): number | undefined => undefined

  it('is undefined for the next step', async () => {
    const g = builder('next')
    g.start
      .step('find', nothing)
      .step('use', ({ input }) => [typeof input, input === undefined ? 'none' : 'some'])
      .to(g.end)
    expect(await resultOf(() => program(g.build()))).toEqual(['undefined', 'none'])
  })

  it('is undefined as the output of a run', async () => {
    const g = builder('output')
    g.start.step('find', nothing).to(g.end)
    expect(await resultOf(() => program(g.build()))).toBeUndefined()
  })

  it('is undefined for what reduces, in a race and in a record', async () => {
    const g = builder('joins')
    g.start
      .all({
        reduced: flow =>
          flow
            .transform(({ input }) => [input, input])
            .map()
            .step('a', nothing)
            .join((all: string[], item) => [...all, typeof item], { initial: () => [] }),
        raced: flow =>
          flow
            .broadcast(inner => [inner.step('b', nothing)])
            .race()
            .step('c', ({ input }) => typeof input),
        recorded: flow => flow.all({ d: inner => inner.step('d', nothing) }).step('e', ({ input }) => typeof input.d),
      })
      .to(g.end)
    expect(await resultOf(() => program(g.build()))).toEqual({
      reduced: ['undefined', 'undefined'],
      raced: 'undefined',
      recorded: 'undefined',
    })
  })

  it('is null in a list, as in any JSON', async () => {
    const g = builder('list')
    g.start
      .transform(({ input }) => [input, input])
      .map()
      .step('a', nothing)
      .collect()
      .step('b', ({ input }) => input)
      .to(g.end)
    expect(await resultOf(() => program(g.build()))).toEqual([null, null])
  })

  it('of a cached step is undefined when the cache gives it', async () => {
    const g = builder('cached')
    const kinds: string[] = []
    g.start
      .step('find', nothing, { cache: {} })
      .step('use', ({ input }) => void kinds.push(typeof input))
      .to(g.end)
    const app = g.build()
    await app.run({ input: 1 })
    await app.run({ input: 1 })
    expect(kinds).toEqual(['undefined', 'undefined'])
  })
})

describe('class nodes', () => {
  it('keep the fields they had; no constructor and no initialiser runs again', async () => {
    let made = 0
    class Second extends node('Second', z.object({ x: z.number() })) {
      tries = 0
      readonly list: number[] = []
      constructor(x: number, tries: number) {
        super({ x })
        made++
        this.tries = tries
        this.list.push(x)
      }
      get sum() {
        return this.x + this.tries
      }
      static next = () => [End<unknown>]
      async run() {
        return new End([this instanceof Second, this.x, this.tries, this.list, this.sum])
      }
    }
    class First extends node('First') {
      static next = () => [Second]
      async run() {
        return new Second(5, 3)
      }
    }
    const app = graph({ name: 'fields', nodes: [First, Second] })
    const make = () =>
      ({
        run: (controls: Controls) => app.run(new First(), controls),
        resume: app.resume.bind(app),
        fork: app.fork.bind(app),
      }) as Runs
    expect(await resultOf(make)).toEqual([true, 5, 3, [5], 8])
    made = 0
    await app.run(new First(), { store: memoryStore() })
    expect(made).toBe(1)
  })

  it('are restored through the codec of their schema', async () => {
    const schema = withCodec(z.object({ at: z.date() }), {
      encode: ({ at }) => ({ at: at.toISOString() }),
      decode: json => ({ at: new Date((json as { at: string }).at) }),
    })
    class Late extends node('Late', schema) {
      static next = () => [End<number>]
      async run() {
        return new End(this.at.getTime())
      }
    }
    const app = graph({ name: 'late', nodes: [Late] })
    const make = () =>
      ({
        run: (controls: Controls) => app.run(new Late({ at: new Date(7) }), controls),
        resume: app.resume.bind(app),
        fork: app.fork.bind(app),
      }) as Runs
    expect(await resultOf(make)).toBe(7)
  })

  it('with a field that is no JSON are refused, with a store and without', async () => {
    class Odd extends node('Odd') {
      readonly helper = () => 1
      static next = () => [End<number>]
      async run() {
        return new End(this.helper())
      }
    }
    const app = graph({ name: 'odd', nodes: [Odd] })
    const make = () => ({ run: (controls: Controls) => app.run(new Odd(), controls) }) as Runs
    expect(await refusals(make)).toEqual(['not-json', 'not-json'])
  })
})

describe('values are JSON from the moment they are routed', () => {
  it.each([
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a function', () => 1],
    ['an instance', new (class Money {})()],
  ])('%s is refused on every way', async (_name, value) => {
    const step = builder('step')
    step.start
      .step('make', () => value as unknown)
      .step('take', ({ input }) => input)
      .to(step.end)
    const join = builder('join')
    join.start
      .broadcast(flow => [flow.step('make', () => value as unknown)])
      .ignore()
      .to(join.end)
    const end = builder('end')
    end.start.step('make', () => value as unknown).to(end.end)
    for (const g of [step, join, end])
      expect(await refusals(() => program(g.build()))).toEqual(['not-json', 'not-json'])
  })

  it('every branch and every attempt has a copy of its own', async () => {
    const make = () => {
      let failures = 0
      const g = builder('copies')
      g.start
        .step('make', () => ({ list: [1], gone: undefined }))
        .broadcast(flow => [
          flow.step(
            'a',
            async ({ input }) => {
              input.list.push(2)
              if (failures++ < 1) throw new Error('again')
              await Promise.resolve()
              return input
            },
            { retry: { maxAttempts: 5, initialDelayMs: 1 } },
          ),
          flow.step('b', async ({ input }) => {
            await new Promise(resolve => setTimeout(resolve, 5))
            return input
          }),
        ])
        .collect()
        .to(g.end)
      return program(g.build())
    }
    const made = await resultOf(make)
    expect(made).toStrictEqual([{ list: [1, 2] }, { list: [1] }])
  })
})
