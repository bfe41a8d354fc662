import { describe, expect, it } from 'vitest'
import { End, expectDone, graph, graphBuilder, interruptPoint, memoryStore, node, taskFor, type } from './index.ts'
import type { GraphRunContext } from './index.ts'

const ok = interruptPoint('ok', { payload: type<unknown>(), resume: type<boolean>() })
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

class First extends node('First') {
  static next = () => [Second]
  async run(_ctx: GraphRunContext) {
    return new Second()
  }
}
class Second extends node('Second') {
  static next = () => [End<string>]
  async run(_ctx: GraphRunContext) {
    return new End('end')
  }
}
const chain = graph({ name: 'chain', nodes: [First, Second] })

describe('a run driven by hand', () => {
  it('that is aborted between two steps says so with the next one', async () => {
    for (const store of [undefined, memoryStore()]) {
      const controller = new AbortController()
      await using run = await chain.iter(new First(), { signal: controller.signal, ...(store && { store }) })
      await run.next()
      controller.abort(new Error('enough'))
      await expect(run.next()).rejects.toMatchObject({ code: 'cancelled', cause: { message: 'enough' } })
    }
  })

  it('takes one step at a time', async () => {
    await using run = await chain.iter(new First(), { store: memoryStore() })
    const first = run.next()
    await expect(run.next()).rejects.toThrow(/still under way/)
    expect(await first).toBeInstanceOf(Second)
    expect(await run.next()).toEqual(new End('end'))
    await expect(run.next()).rejects.toMatchObject({ code: 'node-status' })
    await expect(run.next(new First())).rejects.toThrow(/has ended/)
  })

  it('that is paused or drained does not go on, nor round for ever', async () => {
    const store = memoryStore()
    const paused = await chain.iter(new First(), { store, runId: 'p' })
    await paused.pause()
    await expect(paused.next()).rejects.toThrow(/"p" is paused/)
    const drain = new AbortController()
    const drained = await chain.iter(new First(), { store, runId: 'd', drainSignal: drain.signal })
    const seen: unknown[] = []
    await expect(async () => {
      for await (const at of drained) {
        seen.push(at)
        drain.abort()
      }
    }).rejects.toThrow(/"d" is paused/)
    await drained.pause()
    expect(seen.length).toBeLessThanOrEqual(2)
    for (const id of ['p', 'd']) expect(await expectDone(chain.resume(id, { store }))).toMatchObject({ output: 'end' })
  })

  it('answers one branch while another runs, and runs neither twice', async () => {
    for (const store of [undefined, memoryStore()]) {
      const calls: string[] = []
      const g = graphBuilder({ name: 'beside', input: type<number>(), output: type<unknown>() })
      g.start
        .all({
          asks: flow => flow.step('asks', async ({ interrupt }) => (calls.push('asks'), interrupt(ok, null))),
          slow: flow =>
            flow.step('quick', () => 1).step('slow', async () => (calls.push('slow'), await wait(40), 'slow')),
        })
        .to(g.end)
      await using run = await g.build().iter({ input: 1, ...(store && { store }) })
      await run.next()
      const stepping = run.next()
      await wait(10)
      await run.answer([ok.answer(true)])
      let step = await stepping
      for (let rounds = 0; step.kind !== 'end' && rounds < 10; rounds++) step = await run.next()
      expect(step).toEqual({ kind: 'end', output: { asks: true, slow: 'slow' } })
      expect(calls.filter(call => call === 'slow')).toHaveLength(1)
      expect(calls.filter(call => call === 'asks')).toHaveLength(2)
    }
  })

  /** 1 and 3 pass, 2 fails; `fix` stands in the map, `late` behind it. */
  const mending = () => {
    const g = graphBuilder({ name: 'mending', input: type<number[]>(), output: type<number[]>() })
    const fix = g.step('fix', { input: type<number>() }, ({ input }) => input * 100)
    const late = g.step('late', { input: type<number[]>() }, ({ input }) => input.map(n => -n))
    const both = g.join('both', { item: type<number>(), initial: (): number[] => [] }, (all, item) => [...all, item])
    g.start
      .broadcast(flow => [flow.step('other', () => [0])])
      .collect()
      .transform(({ input }) => [1, 2, 3, ...input.slice(1).flat()])
      .map({ id: 'each' })
      .step('work', ({ input }) => {
        if (input === 2) throw new Error('two')
        return input
      })
      .when(n => n < 0, fix)
      .otherwise(both)
    fix.to(both)
    both.to(late)
    late.to(g.end)
    return { app: g.build(), fix, late }
  }
  const toFailure = async (app: ReturnType<typeof mending>['app'], options: object) => {
    const run = await app.iter({ input: [], ...options })
    for (;;) {
      try {
        await run.next()
      } catch {
        return run
      }
    }
  }

  it('overridden inside a map goes on with one item in place of those that were not done', async () => {
    for (const store of [undefined, memoryStore()]) {
      const { app, fix } = mending()
      await using run = await toFailure(app, { store, runId: 'in' })
      await run.override([taskFor(fix, 7)])
      for (let rounds = 0; run.output === undefined && rounds < 10; rounds++) await run.next()
      expect(run.output).toEqual([-1, -700])
      if (store !== undefined) expect((await app.at('in', { store })).tasks).toEqual([])
    }
  })

  it('overridden by a step behind the map leaves the map', async () => {
    for (const store of [undefined, memoryStore()]) {
      const { app, late } = mending()
      await using run = await toFailure(app, { store, runId: 'out' })
      await run.override([taskFor(late, [5])])
      expect((await run.next()).kind).toBe('end')
      expect(run.output).toEqual([-5])
    }
  })

  it('cannot be overridden by a step of a fork that is not open', async () => {
    const { app, fix } = mending()
    await using run = await app.iter({ input: [] })
    await expect(run.override([taskFor(fix, 7)])).rejects.toThrow(/"fix" lies inside "each", which is not open/)
  })

  it('overridden while its store is written down can be taken up elsewhere', async () => {
    const store = memoryStore()
    const { app, fix } = mending()
    const run = await toFailure(app, { store, runId: 'o' })
    await run.override([taskFor(fix, 7)])
    await run.pause()
    expect((await expectDone(app.resume('o', { store }))).output).toEqual([-1, -700])
  })

  it('is cancelled by its signal also after an error and an override', async () => {
    const controller = new AbortController()
    const { app, fix } = mending()
    await using run = await toFailure(app, { signal: controller.signal })
    await run.override([taskFor(fix, 7)])
    controller.abort()
    await expect(run.next()).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('gives a failed node all its attempts again', async () => {
    let calls = 0
    const g = graphBuilder({ name: 'again', input: type<number>(), output: type<number>() })
    g.start
      .step(
        'fails',
        () => {
          if (++calls < 4) throw new Error(String(calls))
          return calls
        },
        { retry: { maxAttempts: 2, initialDelayMs: 1 } },
      )
      .to(g.end)
    const store = memoryStore()
    await using run = await g.build().iter({ input: 1, store, runId: 'a' })
    await expect(run.next()).rejects.toThrow('2')
    expect((await store.get('a'))?.status).toBe('failed')
    expect(await run.next()).toEqual({ kind: 'end', output: 4 })
  })
})
