import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  type,
  withCodec,
  type GraphStore,
  type NodePolicy,
  type StepContext,
} from '../index.ts'

const ok = interruptPoint('ok', { payload: type<unknown>(), resume: type<boolean>() })
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length

const oneStep = (
  run: (ctx: StepContext<undefined, undefined, number>) => unknown,
  options: Pick<NodePolicy, 'retry' | 'timeoutMs'> = {},
) => {
  const g = graphBuilder({ name: 'one', input: type<number>(), output: type<unknown>() })
  g.start.step('only', run, options).to(g.end)
  return g.build()
}

const unhandled: unknown[] = []
const note = (error: unknown) => void unhandled.push(error)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  await wait(0)
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

describe('what user code throws', () => {
  it('may be anything, and reaches the caller as it is', async () => {
    const odd = Object.create(null) as object
    const broken = Object.assign(new Error('x'), { message: odd, name: 7 })
    for (const thrown of [odd, broken, undefined, null, 'text', Symbol('s')])
      for (const store of [undefined, memoryStore()]) {
        const app = oneStep(async () => {
          throw thrown
        })
        await expect(app.run({ input: 1, ...(store && { store }) })).rejects.toBe(thrown)
      }
  })

  it('in retryOn ends the run with that error', async () => {
    const retryOn = () => {
      throw new TypeError('retryOn is wrong')
    }
    const app = oneStep(
      async () => {
        throw new Error('first')
      },
      { retry: { maxAttempts: 3, retryOn } },
    )
    await expect(app.run({ input: 1 })).rejects.toThrow('retryOn is wrong')
  })

  it('in a thenable, or in its getter, fails the node', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what this test is about
    const key: string = 'then'
    const get = () => {
      throw new Error('a getter')
    }
    const late: unknown = Object.defineProperty({}, key, { get })
    await expect(oneStep(() => late).run({ input: 1 })).rejects.toThrow('a getter')
  })

  it('in a listener ends the run before the node starts', async () => {
    let hasRun = false
    const app = oneStep(() => (hasRun = true))
    const store = memoryStore()
    const onEvent = ({ type: kind }: { type: string }) => {
      if (kind === 'task-start') throw new Error('the listener')
    }
    await expect(app.run({ input: 1, store, runId: 'l', onEvent })).rejects.toThrow('the listener')
    expect(hasRun).toBe(false)
    expect((await expectDone(app.resume('l', { store }))).output).toBe(true)
  })

  it('in a listener at the very start gives the run back', async () => {
    const store = memoryStore()
    const app = oneStep(() => 'done')
    let calls = 0
    const onEvent = () => {
      if (calls++ === 0) throw new Error('at once')
    }
    await expect(app.run({ input: 1, store, runId: 's', onEvent })).rejects.toThrow('at once')
    expect((await expectDone(app.resume('s', { store }))).output).toBe('done')
  })
})

describe('an output that cannot go on', () => {
  const policy = { retry: { maxAttempts: 3, initialDelayMs: 1 } }

  it('is no reason to run the node again', async () => {
    for (const store of [undefined, memoryStore()]) {
      let runs = 0
      const g = graphBuilder({ name: 'route', input: type<number>(), output: type<unknown>() })
      g.start
        .step('pay', () => (runs++, { kind: 'new' as string } as { kind: 'a' }), policy)
        .switch('kind', { a: flow => flow.step('x', () => 1) })
        .to(g.end)
      await expect(g.build().run({ input: 1, ...(store && { store }) })).rejects.toMatchObject({ code: 'no-branch' })
      expect(runs).toBe(1)
    }
  })

  it('does not concern the error handler of the node, and is an item of a join that settles', async () => {
    const handled: unknown[] = []
    const transform = () => {
      throw new RangeError('the edge')
    }
    const build = (isSettled: boolean) => {
      const g = graphBuilder({ name: 'edge', input: type<number[]>(), output: type<unknown>() })
      const each = g.start
        .map()
        .step('pay', ({ input }) => input, { ...policy, onError: error => handled.push(error) })
        .transform(transform)
      ;(isSettled ? each.settle() : each.collect()).to(g.end)
      return g.build()
    }
    await expect(build(false).run({ input: [1] })).rejects.toThrow('the edge')
    const { output } = await expectDone(build(true).run({ input: [1] }))
    expect(output).toMatchObject([{ status: 'rejected', reason: { name: 'RangeError', message: 'the edge' } }])
    expect(handled).toEqual([])
  })
})

describe('a run that is over', () => {
  it('leaves no timer: not of a retry, not of a time limit', async () => {
    const before = timers()
    const sleeps = oneStep(
      async () => {
        throw new Error('again')
      },
      { retry: { maxAttempts: 2, initialDelayMs: 60_000 } },
    )
    const ignores = oneStep(() => new Promise(() => {}), { timeoutMs: 60_000 })
    for (const app of [sleeps, ignores])
      for (const store of [undefined, memoryStore()]) {
        const controller = new AbortController()
        const run = app.run({ input: 1, signal: controller.signal, ...(store && { store }) })
        setTimeout(() => controller.abort(), 5)
        await expect(run).rejects.toMatchObject({ code: 'cancelled' })
      }
    expect(timers()).toBeLessThanOrEqual(before)
  })

  it('does not wait for another attempt of a branch that lost', async () => {
    const before = timers()
    const g = graphBuilder({ name: 'race', input: type<number>(), output: type<unknown>() })
    g.start
      .broadcast(flow => [
        flow.step('fast', async () => (await wait(5), 'fast')),
        flow.step(
          'fails',
          () => {
            throw new Error('again')
          },
          { retry: { maxAttempts: 2, initialDelayMs: 60_000 } },
        ),
      ])
      .race()
      .step('ask', ({ interrupt }) => interrupt(ok, null))
      .to(g.end)
    for (const store of [undefined, memoryStore()]) {
      const outcome = await g.build().run({ input: 1, ...(store && { store }) })
      expect(outcome.status).toBe('interrupted')
    }
    expect(timers()).toBeLessThanOrEqual(before)
  })

  it('leaves no listener on the signals it was given', async () => {
    const [cancel, drain] = [new AbortController(), new AbortController()]
    const signals = { signal: cancel.signal, drainSignal: drain.signal }
    const store = memoryStore()
    await oneStep(() => 1).run({ input: 1, ...signals })
    await expect(
      oneStep(async () => {
        throw new Error('no')
      }).run({ input: 1, ...signals, store }),
    ).rejects.toThrow('no')
    const asked = await oneStep(({ interrupt }) => interrupt(ok, null)).run({ input: 1, ...signals })
    if (asked.status === 'interrupted') await asked.resume([ok.answer(true)])
    const run = await oneStep(() => 1).iter({ input: 1, ...signals })
    await run.pause()
    expect([cancel, drain].map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([0, 0])
  })

  it('listens once to a signal that many runs share, and hears it for each of them', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => void warnings.push(warning)
    process.on('warning', warn)
    try {
      const controllers = [new AbortController(), new AbortController()] as const
      const [signal, drainSignal] = controllers.map(controller => controller.signal)
      const count = () => controllers.map(({ signal: one }) => getEventListeners(one, 'abort').length)
      const begin = async () => {
        const app = oneStep(({ signal: own }) => new Promise((_, reject) => own.addEventListener('abort', reject)))
        return app.run({ input: 1, signal: signal!, drainSignal: drainSignal! })
      }
      const quick = oneStep(() => 1)
      const runs = Array.from({ length: 30 }, begin)
      await wait(0)
      expect(count()).toEqual([1, 1])
      // one that stops takes no listener from the others
      await quick.run({ input: 1, signal: signal!, drainSignal: drainSignal! })
      expect(count()).toEqual([1, 1])
      controllers[0].abort('enough')
      for (const result of await Promise.allSettled(runs))
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'cancelled', cause: 'enough' } })
      expect(count()).toEqual([0, 0])
      await wait(0)
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', warn)
    }
  })

  it('tells a node that waits for the store that nothing comes of it, so that it can clean up', async () => {
    const inner = memoryStore()
    let isGone = false
    const store: GraphStore = {
      ...inner,
      commit: (lease, seq, records) =>
        isGone ? Promise.reject(new Error('the disk is full')) : inner.commit(lease, seq, records),
    }
    let hasCleaned = false
    const app = oneStep(async ({ once }) => {
      isGone = true
      try {
        return await once('effect', () => 1)
      } finally {
        hasCleaned = true
      }
    })
    await expect(app.run({ input: 1, store })).rejects.toThrow('the disk is full')
    await wait(0)
    expect(hasCleaned).toBe(true)
  })
})

describe('waiting', () => {
  it('inside a once() effect is refused: it would never end', async () => {
    const app = oneStep(({ once, interrupt }) => once('ask', () => interrupt(ok, null)))
    await expect(app.run({ input: 1, store: memoryStore() })).rejects.toThrow(/inside a once\(\) effect/)
  })

  it('for an answer while the run is drained: interrupted, and nothing is lost', async () => {
    const store = memoryStore()
    const drain = new AbortController()
    const g = graphBuilder({ name: 'drained', input: type<number>(), output: type<unknown>() })
    g.start
      .all({
        asks: flow => flow.step('asks', async ({ interrupt }) => (drain.abort(), interrupt(ok, null))),
        works: flow => flow.step('one', async () => (await wait(10), 1)).step('two', ({ input }) => input + 1),
      })
      .to(g.end)
    const app = g.build()
    const stopped = await app.run({ input: 1, store, runId: 'd', drainSignal: drain.signal })
    expect(stopped.status).toBe('paused')
    const waiting = await app.resume('d', { store })
    expect(waiting.status).toBe('interrupted')
    expect(await expectDone(app.resume('d', { store, answers: [ok.answer(true)] }))).toMatchObject({
      output: { asks: true, works: 2 },
    })
  })

  it('for two answers given at once without a store: one goes on, the other is told to wait', async () => {
    let calls = 0
    const g = graphBuilder({ name: 'two', input: type<number>(), output: type<unknown>() })
    g.start
      .all({
        a: flow => flow.step('a', async ({ interrupt }) => (await interrupt(ok, 'a'), calls++, await wait(5), 'a')),
        b: flow => flow.step('b', async ({ interrupt }) => (await interrupt(ok, 'b'), 'b')),
      })
      .to(g.end)
    const asked = await g.build().run({ input: 1 })
    if (asked.status !== 'interrupted') throw new Error(asked.status)
    const [a, b] = asked.interrupts.map(({ id }) => ok.answer(true, id))
    const [first, second] = await Promise.allSettled([asked.resume([a!]), asked.resume([b!])])
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'node-status' } })
    if (first.status !== 'fulfilled' || first.value.status !== 'interrupted') throw new Error(first.status)
    expect((await expectDone(first.value.resume([b!]))).output).toEqual({ a: 'a', b: 'b' })
    expect(calls).toBe(1)
  })

  it('in an error handler is answered, and the node is not settled twice', async () => {
    for (const store of [undefined, memoryStore()]) {
      const g = graphBuilder({ name: 'handler', input: type<number>(), output: type<unknown>() })
      g.start
        .step(
          'fails',
          (): string => {
            throw new Error('no')
          },
          { onError: async (_error, { interrupt }) => ((await interrupt(ok, 'go on?')) ? 'went on' : 'stopped') },
        )
        .to(g.end)
      const asked = await g.build().run({ input: 1, ...(store && { store }) })
      if (asked.status !== 'interrupted') throw new Error(asked.status)
      expect((await expectDone(asked.resume([ok.answer(true)]))).output).toBe('went on')
    }
  })
})

describe('a cache', () => {
  it('refuses an input that has no name of its own, instead of mixing inputs up', async () => {
    const g = graphBuilder({ name: 'cached', input: type<Map<string, number>>(), output: type<number>() })
    g.start.step('size', ({ input }) => input.size, { cache: {} }).to(g.end)
    await expect(g.build().run({ input: new Map([['a', 1]]) })).rejects.toMatchObject({ code: 'not-json' })
    const h = graphBuilder({ name: 'named', input: type<Map<string, number>>(), output: type<number>() })
    const input = withCodec(type<Map<string, number>>(), {
      encode: map => [...map],
      decode: json => new Map(json as [string, number][]),
    })
    const size = h.step('size', { input, cache: { key: map => [...map.keys()].join() } }, step => step.input.size)
    h.start.to(size)
    size.to(h.end)
    const app = h.build()
    expect((await expectDone(app.run({ input: new Map([['a', 1]]) }))).output).toBe(1)
  })
})

describe('words like any other', () => {
  it('prototype names may name everything', async () => {
    for (const word of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const point = interruptPoint(word, { payload: type<unknown>(), resume: type<string>() })
      const g = graphBuilder({
        name: word,
        state: type<{ [key: string]: unknown }>(),
        input: type<{ kind: string }>(),
        output: type<unknown>(),
      })
      // a case for one word: the compiler would ask for one of every value the type has, and here that is any string
      const start = g.start as unknown as { switch(key: string, cases: object): typeof g.start }
      const seen = (flow: typeof g.start) =>
        flow.step(word, ({ input, state }) => {
          state['seen'] = word
          return input.kind
        })
      start
        .switch('kind', { [word]: seen })
        .step('asks', async ({ interrupt, once }) => [await once(word, () => word), await interrupt(point, word)])
        .all({ [word]: flow => flow.step(`${word}2`, ({ input }) => input) })
        .to(g.end)
      const app = g.build()
      const store = memoryStore()
      await app.run({ input: { kind: word }, state: {}, store, runId: word })
      const done = await expectDone(app.resume(word, { store, answers: [point.answer('yes')] }))
      expect(Object.entries(done.output as object)).toEqual([[word, [word, 'yes']]])
      expect(done.state).toEqual({ seen: word })
    }
  })
})

describe('numbers that cannot be meant', () => {
  it('are refused before a run hangs on them', async () => {
    const app = oneStep(() => 1)
    for (const wrong of [
      { concurrency: 0 },
      { concurrency: Number.NaN },
      { concurrency: 1.5 },
      { maxSteps: 0 },
      { leaseMs: -1 },
      { leaseMs: Infinity },
      { durability: { everyMs: 0 } },
    ]) {
      await expect(app.run({ input: 1, ...wrong })).rejects.toMatchObject({ code: 'input' })
      await expect(app.resume('x', { store: memoryStore(), ...wrong })).rejects.toMatchObject({ code: 'input' })
    }
    for (const wrong of [
      { timeoutMs: 0 },
      { timeoutMs: Number.NaN },
      { retry: { maxAttempts: 0 } },
      { retry: { maxAttempts: 2, initialDelayMs: -1 } },
    ])
      expect(() => oneStep(() => 1, wrong)).toThrow(/of node "only" is/)
    for (const concurrency of [0, -1, Number.NaN]) {
      const g = graphBuilder({ name: 'm', input: type<number[]>(), output: type<number[]>() })
      g.start.map({ concurrency }).collect().to(g.end)
      expect(() => g.build()).toThrow(/The concurrency of map/)
    }
    const g = graphBuilder({ name: 'f', input: type<number[]>(), output: type<number[]>() })
    g.start.map().first(0).to(g.end)
    expect(() => g.build()).toThrow(/takes the first 0 items/)
  })

  it('a time limit beyond what timers can hold is not over at once', async () => {
    for (const timeoutMs of [2 ** 31, Infinity]) {
      const app = oneStep(async () => (await wait(5), 'done'), { timeoutMs })
      expect((await expectDone(app.run({ input: 1 }))).output).toBe('done')
    }
  })
})

describe('code beside the nodes', () => {
  it('listeners of a stored run cannot change it', async () => {
    const store = memoryStore()
    const g = graphBuilder({
      name: 'heard',
      state: type<{ list: number[] }>(),
      input: type<number>(),
      output: type<unknown>(),
    })
    g.start
      .step('make', ({ state }) => (state.list.push(1), { items: [1] }))
      .step('take', ({ input, state }) => [input, [...state.list]])
      .to(g.end)
    const spoil = (value: unknown): void => {
      if (Array.isArray(value)) value.push('spoilt')
      if (typeof value === 'object' && value !== null) Object.values(value).forEach(spoil)
    }
    const done = await expectDone(g.build().run({ input: 1, state: { list: [] }, store, onEvent: spoil }))
    expect([done.output, done.state]).toEqual([[{ items: [1] }, [1]], { list: [1] }])
  })

  it('reducers of the state can neither change it in place nor make it anything but JSON', async () => {
    const build = (reducer: (current: number[], incoming: number[]) => number[]) => {
      const g = graphBuilder({
        name: 'reduced',
        state: type<{ list: number[] }>(),
        input: type<number[]>(),
        output: type<unknown>(),
        reducers: { list: reducer },
      })
      g.start
        .map()
        .step('add', ({ input, state }) => (state.list.push(input), input))
        .join(
          () => {
            throw new Error('the join')
          },
          { initial: () => 0 },
        )
        .to(g.end)
      return g.build()
    }
    const store = memoryStore()
    const pushing = build((current, incoming) => (current.push(...incoming), current))
    await expect(pushing.run({ input: [1, 2], state: { list: [0] }, store, runId: 'p' })).rejects.toThrow('the join')
    expect((await pushing.at('p', { store })).state).toEqual({ list: [0] })
    await expect(build(() => [Number.NaN]).run({ input: [1], state: { list: [] } })).rejects.toMatchObject({
      code: 'not-json',
    })
  })
})
