import { describe, expect, it } from 'vitest'
import { expectDone, graphBuilder, memoryStore, type, type GraphStore, type Lease } from '../index.ts'
import { methodsOf, onEveryStore } from '../test-support/stores.ts'
import { storeConformance } from '../testing/index.ts'

/** Lets a test hold a step back and let it go. */
const gate = () => {
  let open = () => {}
  const isOpen = new Promise<void>(resolve => {
    open = resolve
  })
  return { open, isOpen }
}

/** Two steps that write a name down; the first says that it has begun, and waits. */
const naming = (name: string, hold = Promise.resolve(), begun = () => {}) => {
  const g = graphBuilder({ name: 'naming', input: type<number>(), output: type<string>() })
  g.start
    .step('first', async () => {
      begun()
      await hold
      return `${name} first`
    })
    .step('second', ({ input }) => `${input}, ${name} second`)
    .to(g.end)
  return g.build()
}

describe('who drives a run', () => {
  onEveryStore(open => {
    it('does not write into a run that was created under the same id since', { timeout: 30_000 }, async () => {
      const { store, other } = open()
      const old = { hold: gate(), begun: gate() }
      const former = naming('old', old.hold.isOpen, old.begun.open).run({ input: 1, store, runId: 'order-1' })
      await old.begun.isOpen
      expect(await naming('any').delete('order-1', { store: other })).toBe(true)
      const fresh = { hold: gate(), begun: gate() }
      const latter = naming('new', fresh.hold.isOpen, fresh.begun.open).run({
        input: 1,
        store: other,
        runId: 'order-1',
      })
      await fresh.begun.isOpen
      old.hold.open()
      await expect(former).rejects.toMatchObject({ code: 'lease-lost' })
      fresh.hold.open()
      expect((await expectDone(latter)).output).toBe('new first, new second')
      expect(await store.get('order-1')).toMatchObject({ status: 'done' })
      expect((await expectDone(naming('any').resume('order-1', { store }))).output).toBe('new first, new second')
    })

    it('learns that its run was deleted', { timeout: 30_000 }, async () => {
      const { store, other } = open()
      const { hold, begun } = { hold: gate(), begun: gate() }
      const run = naming('old', hold.isOpen, begun.open).run({ input: 1, store, runId: 'gone' })
      await begun.isOpen
      await naming('any').delete('gone', { store: other })
      hold.open()
      await expect(run).rejects.toMatchObject({ code: 'run-not-found' })
      expect(await other.get('gone')).toBeUndefined()
    })

    it('leaves a run alone that was done between the look at it and the lease', async () => {
      const { store, other } = open()
      const hold = gate()
      const first = naming('one', hold.isOpen).run({ input: 1, store, runId: 'r' })
      const late: GraphStore = {
        ...methodsOf(other),
        acquire: async (runId, options) => {
          hold.open()
          await first
          return other.acquire(runId, options)
        },
      }
      await untilThere(other, 'r')
      expect((await expectDone(naming('two').resume('r', { store: late }))).output).toBe('one first, one second')
      expect(await store.get('r')).toMatchObject({ status: 'done', seq: 3 })
      expect((await naming('any').list({ store, status: 'done' })).runs).toHaveLength(1)
      // and gives it back
      await store.release(await store.acquire('r', { owner: 'somebody', ttlMs: 1000 }))
    })
  })

  it('stores as done what was left running though it had ended', async () => {
    const store = memoryStore()
    await naming('one').run({ input: 1, store, runId: 'r' })
    const lease = await store.acquire('r', { owner: 'an earlier version', ttlMs: 1000 })
    const at = { at: Date.now(), snapshotSeq: 1 }
    await store.commit(lease, 3, [{ ...at, seq: 4, status: 'running', data: '{"k":"status","s":"running"}' }])
    await store.release(lease)
    expect((await expectDone(naming('two').resume('r', { store }))).output).toBe('one first, one second')
    expect((await store.get('r'))?.status).toBe('done')
  })
})

describe('the conformance kit', () => {
  it('refuses a store that gives every run the same first token', async () => {
    const failed: string[] = []
    for (const { name, run } of storeConformance({ open: countingFromOne }))
      await run().catch((error: Error) => failed.push(`${name}: ${error.message.slice(0, 60)}`))
    expect(failed).toEqual([
      expect.stringMatching(/^a run that was deleted and created again is closed to its former owner: /),
      expect.stringMatching(/^no token of a run id comes again: different tokens \(1, 2, 3, 4, 1, 2/),
    ])
  }, 60_000)
})

/** A store as the contract was once: the tokens of each run count from 1. */
const countingFromOne = (): GraphStore => {
  const store = memoryStore()
  const bases = new Map<string, number>()
  const shown = (lease: Lease): Lease => ({ ...lease, token: lease.token - bases.get(lease.runId)! })
  const meant = (lease: Lease): Lease => ({ ...lease, token: lease.token + (bases.get(lease.runId) ?? 0) })
  return {
    ...methodsOf(store),
    create: async (run, records, options) => {
      const lease = await store.create(run, records, options)
      bases.set(run.id, lease.token - 1)
      return shown(lease)
    },
    acquire: async (runId, options) => shown(await store.acquire(runId, options)),
    renew: (lease, ttlMs) => store.renew(meant(lease), ttlMs),
    release: lease => store.release(meant(lease)),
    commit: (lease, seq, records) => store.commit(meant(lease), seq, records),
  }
}

const untilThere = async (store: GraphStore, runId: string): Promise<void> => {
  while ((await store.get(runId)) === undefined) await new Promise(resolve => setTimeout(resolve, 5))
}
