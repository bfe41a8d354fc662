import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  addUp,
  append,
  ConcurrentUpdateError,
  End,
  expectDone,
  goto,
  graph,
  graphBuilder,
  memoryStore,
  node,
  NodeTimeoutError,
  StepLimitError,
  taskFor,
  type,
  type GraphRunContext,
} from '../index.ts'

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

describe('builder', () => {
  it('runs a chain with state and deps', async () => {
    const g = graphBuilder({
      name: 'chain',
      state: z.object({ seen: z.array(z.string()) }),
      deps: type<{ suffix: string }>(),
      input: z.string(),
      output: z.string(),
    })
    g.start
      .step('upper', ({ input, state }) => {
        state.seen.push('upper')
        return input.toUpperCase()
      })
      .step('suffix', async ({ input, state, deps }) => {
        state.seen.push('suffix')
        return input + deps.suffix
      })
      .to(g.end)
    const result = await expectDone(g.build().run({ input: 'a', state: { seen: [] }, deps: { suffix: '!' } }))
    expect(result).toEqual({ status: 'done', runId: result.runId, output: 'A!', state: { seen: ['upper', 'suffix'] } })
  })

  it('maps in order of the input, whatever the order of completion', async () => {
    const g = graphBuilder({ name: 'map', input: type<number[]>(), output: type<number[]>() })
    g.start
      .map()
      .step('slow', async ({ input }) => {
        await wait(30 - input * 10)
        return input * 2
      })
      .collect()
      .to(g.end)
    const { output } = await expectDone(g.build().run({ input: [1, 2, 3] }))
    expect(output).toEqual([2, 4, 6])
  })

  it('gives the order of completion when asked', async () => {
    const g = graphBuilder({ name: 'map', input: type<number[]>(), output: type<number[]>() })
    g.start
      .map()
      .step('slow', async ({ input }) => {
        await wait(60 - input * 20)
        return input
      })
      .collect({ order: 'completion' })
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [1, 2, 3] }))).output).toEqual([3, 2, 1])
  })

  it('joins an empty map at once, at each level', async () => {
    const g = graphBuilder({ name: 'empty', input: type<number[][]>(), output: type<number[]>() })
    g.start
      .map()
      .map()
      .step('same', ({ input }) => input)
      .sum()
      .collect()
      .to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: [] }))).output).toEqual([])
    expect((await expectDone(app.run({ input: [[], [1, 2], []] }))).output).toEqual([0, 3, 0])
  })

  it('closes the nearest map by default and all when told', async () => {
    const build = (closes: 'nearest' | 'all') => {
      const g = graphBuilder({ name: 'nested', input: type<number[][]>(), output: type<unknown>() })
      const items = g.start
        .map()
        .map()
        .step('same', ({ input }) => input)
      if (closes === 'all') items.join((a, n) => a + n, { initial: () => 0, closes }).to(g.end)
      else
        items
          .join((a, n) => a + n, { initial: () => 0 })
          .collect()
          .to(g.end)
      return g.build()
    }
    expect(
      (
        await expectDone(
          build('nearest').run({
            input: [
              [1, 2],
              [3, 4],
            ],
          }),
        )
      ).output,
    ).toEqual([3, 7])
    expect(
      (
        await expectDone(
          build('all').run({
            input: [
              [1, 2],
              [3, 4],
            ],
          }),
        )
      ).output,
    ).toBe(10)
  })

  it('runs branches at once and collects a record', async () => {
    const g = graphBuilder({ name: 'all', input: type<number>(), output: type<{ double: number; text: string }>() })
    g.start
      .all({
        double: flow => flow.step('double', ({ input }) => input * 2),
        text: flow => flow.step('text', async ({ input }) => String(input)),
      })
      .to(g.end)
    expect((await expectDone(g.build().run({ input: 4 }))).output).toEqual({ double: 8, text: '4' })
  })

  it('races: the first wins, the others are cancelled and leave no trace', async () => {
    const aborted: string[] = []
    const g = graphBuilder({
      name: 'race',
      state: type<{ winner: string }>(),
      input: type<number>(),
      output: type<string>(),
    })
    g.start
      .broadcast(flow => [
        flow.step('slow', async ({ state, signal }) => {
          state.winner = 'slow'
          await new Promise<void>(resolve => {
            signal.addEventListener('abort', () => {
              aborted.push('slow')
              resolve()
            })
          })
          return 'slow'
        }),
        flow.step('fast', async ({ state }) => {
          await wait(5)
          state.winner = 'fast'
          return 'fast'
        }),
      ])
      .race()
      .to(g.end)
    const { output, state } = await expectDone(g.build().run({ input: 1, state: { winner: '' } }))
    expect({ output, state, aborted }).toEqual({ output: 'fast', state: { winner: 'fast' }, aborted: ['slow'] })
  })

  it('takes the first n', async () => {
    const g = graphBuilder({ name: 'first', input: type<number[]>(), output: type<number[]>() })
    g.start
      .map()
      .step('slow', async ({ input }) => {
        await wait(input)
        return input
      })
      .first(2)
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [200, 5, 30, 220] }))).output).toEqual([5, 30])
  })

  it('settles: one failure does not fail the run', async () => {
    const g = graphBuilder({ name: 'settle', input: type<number[]>(), output: type<unknown>() })
    g.start
      .map()
      .step('maybe', ({ input }) => {
        if (input === 2) throw new RangeError('two')
        return input
      })
      .settle()
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [1, 2, 3] }))).output).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: { name: 'RangeError', message: 'two' } },
      { status: 'fulfilled', value: 3 },
    ])
  })

  it('switches on a property and goes on with what the branches give', async () => {
    type Shape = { kind: 'circle'; r: number } | { kind: 'square'; side: number }
    const g = graphBuilder({ name: 'switch', input: type<Shape>(), output: type<string>() })
    g.start
      .switch('kind', {
        circle: flow => flow.step('circle', ({ input }) => input.r * 3),
        square: flow => flow.step('square', ({ input }) => `${input.side}²`),
      })
      .step('show', ({ input }) => `area ${input}`)
      .to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: { kind: 'circle', r: 2 } }))).output).toBe('area 6')
    expect((await expectDone(app.run({ input: { kind: 'square', side: 2 } }))).output).toBe('area 2²')
  })

  it('takes the first condition that holds, in cycles too', async () => {
    const g = graphBuilder({ name: 'cycle', input: type<number>(), output: type<number>() })
    const grow = g.step('grow', { input: type<number>() }, ({ input }) => input * 2)
    g.start.to(grow)
    grow.when(value => value < 100, grow, 'small').otherwise(g.end, 'large')
    expect((await expectDone(g.build().run({ input: 3 }))).output).toBe(192)
  })

  it('gives the first value that reaches the end and cancels the rest', async () => {
    const g = graphBuilder({ name: 'ends', input: type<number>(), output: type<string>() })
    const never = g.start.step('never', async () => {
      await wait(10_000)
      return 'never'
    })
    never.to(g.end)
    g.start.step('now', () => 'now').to(g.end)
    expect((await expectDone(g.build().run({ input: 1 }))).output).toBe('now')
  })

  it('streams: items flow on as they arrive', async () => {
    const log: string[] = []
    const g = graphBuilder({ name: 'stream', input: type<number>(), output: type<number[]>() })
    g.start
      .stream('count', async function* ({ input }) {
        for (let i = 0; i < input; i++) {
          log.push(`out ${i}`)
          yield i
          await wait(5)
        }
      })
      .map()
      .step('square', ({ input }) => {
        log.push(`in ${input}`)
        return input * input
      })
      .collect()
      .to(g.end)
    expect((await expectDone(g.build().run({ input: 3 }))).output).toEqual([0, 1, 4])
    expect(log.indexOf('in 0')).toBeLessThan(log.indexOf('out 2'))
    expect((await expectDone(g.build().run({ input: 0 }))).output).toEqual([])
    expect((await expectDone(g.build().run({ input: 3, store: memoryStore() }))).output).toEqual([0, 1, 4])
  })

  it('limits a map to its concurrency, counted in items', async () => {
    let active = 0
    let most = 0
    const g = graphBuilder({ name: 'limit', input: type<number[]>(), output: type<number>() })
    g.start
      .map({ concurrency: 3 })
      .step('enter', async ({ input }) => {
        most = Math.max(most, ++active)
        await wait(2)
        return input
      })
      .step('leave', async ({ input }) => {
        await wait(1)
        active--
        return input
      })
      .sum()
      .to(g.end)
    expect((await expectDone(g.build().run({ input: Array.from({ length: 20 }, () => 1) }))).output).toBe(20)
    expect(most).toBe(3)
  })

  it('limits the whole run', async () => {
    let active = 0
    let most = 0
    const g = graphBuilder({ name: 'limit', input: type<number[]>(), output: type<number>() })
    g.start
      .map()
      .step('one', async () => {
        most = Math.max(most, ++active)
        await wait(1)
        active--
        return 1
      })
      .sum()
      .to(g.end)
    await g.build().run({ input: Array.from({ length: 20 }, () => 1), concurrency: 4 })
    expect(most).toBe(4)
  })

  it('runs a subgraph with shared state, and with its own', async () => {
    const shared = graphBuilder({
      name: 'shared',
      state: type<{ n: number }>(),
      input: type<number>(),
      output: type<number>(),
    })
    shared.start
      .step('add', ({ input, state }) => {
        state.n += input
        return state.n
      })
      .to(shared.end)
    const sub = shared.build()
    const g = graphBuilder({
      name: 'outer',
      state: type<{ n: number }>(),
      input: type<number>(),
      output: type<number[]>(),
    })
    g.start
      .subgraph('first', sub)
      .all({
        own: flow => flow.subgraph('second', sub, { state: ({ input }) => ({ n: input * 100 }) }),
        same: flow => flow.transform(({ state }) => state.n),
      })
      .transform(({ input, state }) => [input.own, input.same, state.n])
      .to(g.end)
    expect(await expectDone(g.build().run({ input: 5, state: { n: 1 } }))).toMatchObject({
      output: [606, 6, 6],
      state: { n: 6 },
    })
  })

  it('mixes class nodes and steps', async () => {
    const g = graphBuilder({ name: 'mixed', input: type<string>(), output: type<string>() })
    const shout = g.step('shout', { input: type<string>() }, ({ input }) => input.toUpperCase())
    class Ask extends node('Ask', z.object({ text: z.string() })) {
      static next = () => [shout, End<string>]
      async run(_ctx: GraphRunContext) {
        return this.text === 'stop' ? new End('stopped') : shout.asNode(this.text)
      }
    }
    g.nodes(Ask)
    g.start.step('make', ({ input }) => new Ask({ text: input })).toNodes(Ask)
    shout.to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: 'hey' }))).output).toBe('HEY')
    expect((await expectDone(app.run({ input: 'stop', store: memoryStore() }))).output).toBe('stopped')
  })

  it('runs a class graph as a subgraph', async () => {
    class Count extends node('Count', z.object({ n: z.number() })) {
      static next = () => [Count, End<number>]
      async run(_ctx: GraphRunContext): Promise<Count | End<number>> {
        return this.n > 3 ? new End(this.n) : new Count({ n: this.n + 1 })
      }
    }
    const counting = graph({ name: 'counting', nodes: [Count] })
    const g = graphBuilder({ name: 'outer', input: type<number>(), output: type<number>() })
    g.start
      .transform(({ input }) => new Count({ n: input }))
      .subgraph('count', counting)
      .to(g.end)
    expect((await expectDone(g.build().run({ input: 1, store: memoryStore() }))).output).toBe(4)
  })
})

describe('parallel state', () => {
  const fan = (reducers: object, onConflict?: 'error' | 'last') => {
    const g = graphBuilder({
      name: 'fan',
      state: type<{ log: number[]; total: number; at: Record<string, number> }>(),
      input: type<number[]>(),
      output: type<number>(),
      reducers,
      ...(onConflict === undefined ? {} : { onConflict }),
    })
    g.start
      .map()
      .step('write', async ({ input, state }) => {
        await wait(20 - input * 5)
        state.log.push(input)
        state.total += input
        state.at[`k${input}`] = input
        return input
      })
      .sum()
      .to(g.end)
    return g.build()
  }
  const state = { log: [0], total: 10, at: {} }

  it('merges writes in the order of the fork', async () => {
    const result = await expectDone(fan({ log: append, total: addUp }).run({ input: [1, 2, 3], state }))
    expect(result.state).toEqual({ log: [0, 1, 2, 3], total: 16, at: { k1: 1, k2: 2, k3: 3 } })
  })

  it('refuses two writes of one place without a reducer', async () => {
    await expect(fan({ log: append }).run({ input: [1, 2], state })).rejects.toThrow(ConcurrentUpdateError)
    await expect(fan({ log: append }).run({ input: [1, 2], state })).rejects.toThrow(/both wrote state\.total/)
  })

  it('lets the later branch win when told', async () => {
    const result = await expectDone(fan({}, 'last').run({ input: [1, 2], state }))
    expect(result.state.total).toBe(12)
  })

  it('hides writes of one branch from the others until the join', async () => {
    const g = graphBuilder({
      name: 'isolated',
      state: type<{ a: number; b: number }>(),
      input: type<number>(),
      output: type<unknown>(),
    })
    g.start
      .all({
        a: flow =>
          flow.step('a', async ({ state }) => {
            state.a = 1
            await wait(5)
            return { ...state }
          }),
        b: flow =>
          flow.step('b', async ({ state }) => {
            state.b = 1
            await wait(10)
            return { ...state }
          }),
      })
      .transform(({ input, state }) => ({ ...input, after: { ...state } }))
      .to(g.end)
    expect((await expectDone(g.build().run({ input: 0, state: { a: 0, b: 0 } }))).output).toEqual({
      a: { a: 1, b: 0 },
      b: { a: 0, b: 1 },
      after: { a: 1, b: 1 },
    })
  })
})

describe('reliability of steps', () => {
  it('retries with a fresh draft each time', async () => {
    let attempts = 0
    const g = graphBuilder({
      name: 'retry',
      state: type<{ n: number }>(),
      input: type<number>(),
      output: type<number>(),
    })
    g.start
      .step(
        'flaky',
        ({ state, attempt }) => {
          attempts++
          state.n++
          if (attempt < 3) throw new Error('again')
          return state.n
        },
        { retry: { maxAttempts: 3, initialDelayMs: 1 } },
      )
      .to(g.end)
    expect(await expectDone(g.build().run({ input: 0, state: { n: 0 } }))).toMatchObject({ output: 1, state: { n: 1 } })
    expect(attempts).toBe(3)
  })

  it('stops retrying what is not worth it', async () => {
    let attempts = 0
    const g = graphBuilder({ name: 'retry', input: type<number>(), output: type<number>() })
    g.start
      .step(
        'flaky',
        (): number => {
          attempts++
          throw new TypeError('no')
        },
        { retry: { maxAttempts: 5, initialDelayMs: 1, retryOn: error => !(error instanceof TypeError) } },
      )
      .to(g.end)
    await expect(g.build().run({ input: 0 })).rejects.toThrow('no')
    expect(attempts).toBe(1)
  })

  it('times an attempt out and aborts it', async () => {
    let reason: unknown
    const g = graphBuilder({ name: 'timeout', input: type<number>(), output: type<number>() })
    g.start
      .step(
        'slow',
        async ({ signal }) => {
          signal.addEventListener('abort', () => {
            reason = signal.reason
          })
          await wait(5000)
          return 1
        },
        { timeoutMs: 10 },
      )
      .to(g.end)
    await expect(g.build().run({ input: 0 })).rejects.toThrow(NodeTimeoutError)
    expect(reason).toBeInstanceOf(NodeTimeoutError)
  })

  it('asks the error handler after the last attempt', async () => {
    const g = graphBuilder({ name: 'handler', input: type<boolean>(), output: type<string>() })
    const sorry = g.step('sorry', { input: type<string>() }, ({ input }) => `sorry: ${input}`)
    g.start
      .step(
        'work',
        ({ input }): string => {
          throw new Error(input ? 'route' : 'value')
        },
        {
          onError: error => (error instanceof Error && error.message === 'route' ? goto(sorry, 'routed') : 'instead'),
          errorTo: [sorry],
        },
      )
      .to(g.end)
    sorry.to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: false }))).output).toBe('instead')
    expect((await expectDone(app.run({ input: true }))).output).toBe('sorry: routed')
  })

  it('caches by input', async () => {
    let calls = 0
    const g = graphBuilder({ name: 'cache', input: type<number>(), output: type<number>() })
    g.start.step('square', ({ input }) => (calls++, input * input), { cache: { ttlMs: 10_000 } }).to(g.end)
    const app = g.build()
    await app.run({ input: 3 })
    expect((await expectDone(app.run({ input: 3 }))).output).toBe(9)
    await app.run({ input: 4 })
    expect(calls).toBe(2)
  })

  it('stops a run that goes round for ever, with or without awaiting', async () => {
    const build = (isAsync: boolean) => {
      const g = graphBuilder({ name: 'forever', input: type<number>(), output: type<number>() })
      const again = g.step('again', { input: type<number>() }, ({ input }) =>
        isAsync ? Promise.resolve(input + 1) : input + 1,
      )
      g.start.to(again)
      again.when(value => value < 0, g.end).otherwise(again)
      return g.build()
    }
    await expect(build(true).run({ input: 0, maxSteps: 500 })).rejects.toThrow(StepLimitError)
    await expect(build(false).run({ input: 0, maxSteps: 500 })).rejects.toThrow(StepLimitError)
  })

  it('lets timers fire though no step ever waits, so that a run can be cancelled', async () => {
    const g = graphBuilder({ name: 'busy', input: type<number>(), output: type<number>() })
    const again = g.step('again', { input: type<number>() }, ({ input }) => input + 1)
    g.start.to(again)
    again.when(value => value < 0, g.end).otherwise(again)
    const run = g.build().run({ input: 0, maxSteps: Infinity, signal: AbortSignal.timeout(50) })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('drains: running tasks finish, others wait for a resume', async () => {
    const store = memoryStore()
    const drain = new AbortController()
    const g = graphBuilder({
      name: 'drain',
      state: type<{ n: number }>(),
      input: type<number>(),
      output: type<number>(),
    })
    g.start
      .step('a', async ({ state }) => {
        drain.abort()
        await wait(5)
        state.n++
        return 1
      })
      .step('b', ({ state }) => ++state.n)
      .to(g.end)
    const app = g.build()
    const paused = await app.run({ input: 0, state: { n: 0 }, store, runId: 'd', drainSignal: drain.signal })
    expect(paused).toMatchObject({ status: 'paused', state: { n: 1 } })
    expect(await expectDone(app.resume('d', { store }))).toMatchObject({ output: 2, state: { n: 2 } })
  })
})

describe('driving by hand', () => {
  const build = () => {
    const g = graphBuilder({
      name: 'hand',
      state: type<{ n: number }>(),
      input: type<number[]>(),
      output: type<number>(),
    })
    const half = g.step('half', { input: type<number>() }, ({ input }) => input / 2)
    g.start
      .map()
      .step('check', ({ input }) => {
        if (input < 0) throw new RangeError(`negative: ${input}`)
        return input
      })
      .sum()
      .to(half)
    half.to(g.end)
    return { app: g.build(), half }
  }

  it('yields the ready tasks, then the end', async () => {
    const run = await build().app.iter({ input: [2, 4], state: { n: 0 } })
    const seen: unknown[] = []
    for await (const step of run) seen.push(step.kind === 'tasks' ? step.tasks.map(task => task.nodeId) : step.output)
    expect(seen[0]).toEqual(['check', 'check'])
    expect(seen.slice(-2)).toEqual([['half'], 3])
  })

  it('goes on elsewhere after an error', async () => {
    const { app, half } = build()
    const run = await app.iter({ input: [2, -4], state: { n: 0 } })
    await expect(run.next()).rejects.toThrow('negative')
    await expect(run.next()).rejects.toThrow('negative')
    await run.override([taskFor(half, 10)])
    expect(await run.next()).toEqual({ kind: 'end', output: 5 })
  })

  it('can be ended from outside', async () => {
    const run = await build().app.iter({ input: [2], state: { n: 0 } })
    await run.override({ end: 99 })
    expect(run.output).toBe(99)
  })
})
