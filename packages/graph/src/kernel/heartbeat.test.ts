import { describe, expect, it } from 'vitest'
import { expectDone, graphBuilder, LeaseLostError, type, type GraphStore } from '../index.ts'
import { methodsOf, onEveryStore } from '../test-support/stores.ts'

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A graph whose only step goes on until a test lets it end, or it is stopped. */
const waiting = () => {
  let end = () => {}
  let runs = 0
  const isOver = new Promise<void>(resolve => {
    end = resolve
  })
  const g = graphBuilder({ name: 'waiting', input: type<number>(), output: type<string>() })
  g.start
    .step('wait', async ({ signal }) => {
      runs++
      await Promise.race([isOver, new Promise(resolve => signal.addEventListener('abort', resolve))])
      return 'over'
    })
    .to(g.end)
  return { app: g.build(), end, runs: () => runs }
}

describe('the renewal of a lease', () => {
  onEveryStore(open => {
    it('may fail: it is tried again while the lease holds', { timeout: 30_000 }, async () => {
      const { store } = open()
      const { app, end } = waiting()
      let tries = 0
      const flaky: GraphStore = {
        ...methodsOf(store),
        renew: async (lease, ttlMs) => {
          if (++tries <= 2) throw new Error('ECONNRESET')
          await store.renew(lease, ttlMs)
          // long enough for what a machine under load does late
          if (tries >= 4) end()
        },
      }
      expect((await expectDone(app.run({ input: 1, store: flaky, runId: 'r', leaseMs: 3000 }))).output).toBe('over')
      expect(await store.get('r')).toMatchObject({ status: 'done' })
    })

    it('that fails until the lease has run out ends the run, and the store says so', { timeout: 30_000 }, async () => {
      const { store } = open()
      const { app, end, runs } = waiting()
      let isAway = true
      const away: GraphStore = {
        ...methodsOf(store),
        renew: async (lease, ttlMs) => {
          if (isAway) throw new Error('ECONNRESET')
          await store.renew(lease, ttlMs)
        },
      }
      const before = Date.now()
      const error = await app
        .run({ input: 1, store: away, runId: 'r', leaseMs: 600 })
        .catch((thrown: unknown) => thrown)
      expect(LeaseLostError.isInstance(error)).toBe(true)
      expect(error).toMatchObject({ cause: { message: 'ECONNRESET' } })
      expect(Date.now() - before).toBeGreaterThan(550)
      expect(await store.get('r')).toMatchObject({ status: 'failed' })
      isAway = false
      end()
      expect((await expectDone(app.resume('r', { store: away }))).output).toBe('over')
      expect(runs()).toBe(2)
    })

    it('that finds another owner ends the run at once, and leaves the run to that owner', async () => {
      const { store, other } = open()
      const { app } = waiting()
      const run = app.run({ input: 1, store, runId: 'r', leaseMs: 300 })
      const settled = run.catch((thrown: unknown) => thrown)
      while ((await other.get('r')) === undefined) await wait(5)
      const lease = await other.acquire('r', { owner: 'another', ttlMs: 60_000, takeOver: true })
      expect(await settled).toMatchObject({ code: 'lease-lost' })
      expect(await store.get('r')).toMatchObject({ status: 'running', seq: 1 })
      await other.renew(lease, 60_000)
    })
  })
})
