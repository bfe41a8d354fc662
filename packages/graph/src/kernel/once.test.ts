import { describe, expect, it } from 'vitest'
import {
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  type,
  type GraphStore,
  type NodePolicy,
  type OnceOptions,
  type StepContext,
} from '../index.ts'

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const ok = interruptPoint('ok', { payload: type<null>(), resume: type<boolean>() })

type Once = StepContext<undefined, undefined, number>['once']

/** A service that charges, and one that tells whether it did. */
const till = (charge: (times: number) => unknown = () => 'paid') => {
  const counts = { charged: 0, checks: 0 }
  const options: OnceOptions<string> = {
    check: () => {
      counts.checks++
      return counts.charged > 0 ? 'paid' : undefined
    },
  }
  const effect = async () => {
    counts.charged++
    await charge(counts.charged)
    return 'paid'
  }
  return { counts, pay: (once: Once) => once('charge', effect, options) }
}

const oneStep = (run: (ctx: StepContext<undefined, undefined, number>) => unknown, policy: NodePolicy<number> = {}) => {
  const g = graphBuilder({ name: 'one', input: type<number>(), output: type<unknown>() })
  g.start.step('only', run, policy).to(g.end)
  return g.build()
}

const commits = (inner: GraphStore) => {
  let count = 0
  const store = new Proxy(inner, {
    get: (target, key: keyof GraphStore) => {
      if (key === 'commit') count++
      return (target[key] as () => unknown).bind(target)
    },
  })
  return { store, count: () => count }
}

describe('check is asked', () => {
  it('not in the first attempt, nor is anything more stored', async () => {
    const { counts, pay } = till()
    const { store, count } = commits(memoryStore())
    await expectDone(oneStep(({ once }) => pay(once)).run({ input: 1, store }))
    expect(counts).toEqual({ charged: 1, checks: 0 })
    // the result of the call, and the end
    expect(count()).toBe(2)
  })

  it('when the call failed and the run is resumed, also by another process', async () => {
    const { counts, pay } = till(times => {
      if (times === 1) throw new Error('connection reset after the charge')
    })
    const store = memoryStore()
    const build = () => oneStep(({ once }) => pay(once))
    await expect(build().run({ input: 1, store, runId: 'r' })).rejects.toThrow('connection reset')
    expect((await expectDone(build().resume('r', { store }))).output).toBe('paid')
    expect(counts).toEqual({ charged: 1, checks: 1 })
  })

  it('when the call failed and the node is tried again, with and without a store', async () => {
    for (const store of [undefined, memoryStore()]) {
      const { counts, pay } = till(times => {
        if (times === 1) throw new Error('reset')
      })
      const app = oneStep(({ once }) => pay(once), { retry: { maxAttempts: 2, initialDelayMs: 0 } })
      await expectDone(app.run({ input: 1, ...(store && { store }) }))
      expect(counts).toEqual({ charged: 1, checks: 1 })
    }
  })

  it('when a sibling failed during the call and the run is resumed', async () => {
    const { counts, pay } = till(() => wait(20))
    let isBroken = true
    const g = graphBuilder({ name: 'siblings', input: type<number>(), output: type<unknown>() })
    g.start
      .broadcast(flow => [
        flow.step('pay', ({ once }) => pay(once)),
        flow.step('bad', async () => {
          await wait(5)
          if (isBroken) throw new Error('sibling')
          return 'fine'
        }),
      ])
      .collect()
      .to(g.end)
    const app = g.build()
    const store = memoryStore()
    await expect(app.run({ input: 1, store, runId: 'r' })).rejects.toThrow('sibling')
    isBroken = false
    expect((await expectDone(app.resume('r', { store }))).output).toEqual(['paid', 'fine'])
    expect(counts).toEqual({ charged: 1, checks: 1 })
  })

  it('when the run was cancelled during the call and is resumed', async () => {
    const cancel = new AbortController()
    const { counts, pay } = till(() => cancel.abort())
    const store = memoryStore()
    const app = oneStep(({ once }) => pay(once))
    const run = app.run({ input: 1, store, runId: 'r', signal: cancel.signal })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect((await expectDone(app.resume('r', { store }))).output).toBe('paid')
    expect(counts).toEqual({ charged: 1, checks: 1 })
  })

  it('in a run driven by hand that goes on after an error', async () => {
    const { counts, pay } = till(times => {
      if (times === 1) throw new Error('reset')
    })
    const run = await oneStep(({ once }) => pay(once)).iter({ input: 1 })
    await expect(run.next()).rejects.toThrow('reset')
    expect(await run.next()).toEqual({ kind: 'end', output: 'paid' })
    expect(counts).toEqual({ charged: 1, checks: 1 })
  })
})

describe('a node that is no longer wanted', () => {
  it('has no effect after its time limit', async () => {
    for (const store of [undefined, memoryStore()]) {
      const charged: number[] = []
      const app = oneStep(
        async ({ once, attempt }) => {
          await wait(attempt === 1 ? 40 : 0)
          return once('charge', () => (charged.push(attempt), 'paid'))
        },
        { timeoutMs: 20, retry: { maxAttempts: 2, initialDelayMs: 0 } },
      )
      await expectDone(app.run({ input: 1, ...(store && { store }) }))
      await wait(50)
      expect(charged).toEqual([2])
    }
  })

  it('has no effect when it was cancelled while it asked whether one is needed', async () => {
    let effects = 0
    let checks = 0
    const app = oneStep(
      ({ once, attempt }) => {
        if (attempt === 1) throw new Error('once more')
        return once('charge', () => ++effects, { check: async () => (await wait(checks++ === 0 ? 40 : 0), undefined) })
      },
      { timeoutMs: 20, retry: { maxAttempts: 3, initialDelayMs: 0 } },
    )
    await expectDone(app.run({ input: 1 }))
    await wait(50)
    expect([checks, effects]).toEqual([2, 1])
  })

  it('does not even ask', async () => {
    let checks = 0
    const app = oneStep(
      async ({ once, attempt }) => {
        if (attempt === 1) throw new Error('once more')
        if (attempt === 2) await wait(40)
        return once('charge', () => attempt, { check: () => void checks++ })
      },
      { timeoutMs: 20, retry: { maxAttempts: 3, initialDelayMs: 0 } },
    )
    expect((await expectDone(app.run({ input: 1 }))).output).toBe(3)
    await wait(50)
    expect(checks).toBe(1)
  })

  it('has no effect after it lost a race, or its run was cancelled', async () => {
    let effects = 0
    const late = async (once: Once) => {
      await wait(20)
      return once('send', () => ++effects)
    }
    const g = graphBuilder({ name: 'race', input: type<number>(), output: type<unknown>() })
    g.start
      .broadcast(flow => [flow.step('fast', () => 'fast'), flow.step('late', ({ once }) => late(once))])
      .race()
      .step('after', async () => (await wait(40), 'after'))
      .to(g.end)
    await expectDone(g.build().run({ input: 1 }))
    const signal = AbortSignal.timeout(5)
    const run = oneStep(({ once }) => late(once)).run({ input: 1, store: memoryStore(), signal })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    await wait(40)
    expect(effects).toBe(0)
  })
})

describe('onCrash fail', () => {
  const policy: NodePolicy<number> = { onCrash: 'fail' }

  it('holds after a cancellation, however often the run is resumed', async () => {
    const store = memoryStore()
    let runs = 0
    const app = oneStep(async () => (runs++, wait(40)), policy)
    const run = app.run({ input: 1, store, runId: 'r', signal: AbortSignal.timeout(5) })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    for (let round = 0; round < 3; round++)
      await expect(app.resume('r', { store })).rejects.toThrow(`its onCrash is 'fail'`)
    expect(runs).toBe(1)
  })

  it('holds after a cancellation in a run driven by hand, without a store', async () => {
    let runs = 0
    const cancel = new AbortController()
    const app = oneStep(async () => (runs++, cancel.abort(), wait(20)), policy)
    const run = await app.iter({ input: 1, signal: cancel.signal })
    await expect(run.next()).rejects.toMatchObject({ code: 'cancelled' })
    await expect(run.next()).rejects.toThrow()
    expect(runs).toBe(1)
  })

  it('lets a node run again whose attempt failed by itself, or asked', async () => {
    const store = memoryStore()
    let runs = 0
    const app = oneStep(async ({ interrupt }) => {
      if (runs++ === 0) throw new Error('its own')
      return interrupt(ok, null)
    }, policy)
    await expect(app.run({ input: 1, store, runId: 'r' })).rejects.toThrow('its own')
    expect((await app.resume('r', { store })).status).toBe('interrupted')
    expect((await expectDone(app.resume('r', { store, answers: [ok.answer(true)] }))).output).toBe(true)
    expect(runs).toBe(3)
  })

  it('lets a node run again that was waiting for its answer when the process died', async () => {
    const store = memoryStore()
    let isHanging = true
    let begun = () => {}
    const hasBegun = new Promise<void>(resolve => (begun = resolve))
    const g = graphBuilder({ name: 'both', input: type<number>(), output: type<unknown>() })
    g.start
      .broadcast(flow => [
        flow.step('ask', ({ interrupt }) => interrupt(ok, null), policy),
        flow.step('slow', async () => (await wait(10), begun(), isHanging ? wait(50) : true)),
      ])
      .collect()
      .to(g.end)
    const app = g.build()
    const dead = app.run({ input: 1, store, runId: 'r' })
    await hasBegun
    isHanging = false
    const done = expectDone(app.resume('r', { store, takeOver: true, answers: [ok.answer(true)] }))
    expect((await done).output).toEqual([true, true])
    await expect(dead).rejects.toMatchObject({ code: 'lease-lost' })
  })
})

describe('a result that is not JSON, though it compiles', () => {
  const retry: NodePolicy<number> = { retry: { maxAttempts: 3, initialDelayMs: 1 } }
  const stores = () => [undefined, memoryStore()]

  it('fails the run at once: the effect is not repeated', async () => {
    for (const store of stores()) {
      let effects = 0
      const app = oneStep(({ once }) => once('k', (): unknown => (effects++, new Map())), retry)
      const run = app.run({ input: 1, runId: 'r', ...(store && { store }) })
      await expect(run).rejects.toMatchObject({ name: 'NotJsonError', message: expect.stringContaining('once("k")') })
      expect(effects).toBe(1)
      expect((await store?.get('r'))?.status).toBe(store && 'failed')
    }
  })

  it('also when the node catches it, or throws something else', async () => {
    for (const store of stores()) {
      let effects = 0
      const app = oneStep(async ({ once }) => {
        try {
          await once('k', async (): Promise<unknown> => (effects++, () => 1))
        } catch {
          throw new Error('something else')
        }
      }, retry)
      await expect(app.run({ input: 1, ...(store && { store }) })).rejects.toThrow('once("k")')
      expect(effects).toBe(1)
    }
  })

  it('also what a check finds', async () => {
    let attempts = 0
    const app = oneStep(async ({ once }) => {
      if (++attempts === 1) throw new Error('again')
      return once('k', (): unknown => 1, { check: () => new Date() })
    }, retry)
    await expect(app.run({ input: 1 })).rejects.toThrow('once("k")')
    expect(attempts).toBe(2)
  })

  it('an effect that throws is retried as before', async () => {
    let effects = 0
    const effect = () => {
      if (++effects < 3) throw new Error('again')
      return effects
    }
    const { output } = await expectDone(oneStep(({ once }) => once('k', effect), retry).run({ input: 1 }))
    expect(output).toBe(3)
  })
})
