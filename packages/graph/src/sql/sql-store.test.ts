import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectDone, sqlStore } from '../index.ts'
import { countdown } from '../test-support/countdown.ts'
import { newRun, OWNER, record } from '../testing/check.ts'

let database: PGlite
beforeAll(async () => {
  database = await PGlite.create()
}, 60_000)
afterAll(() => database.close())

/** Text that no index makes shorter. */
const random = (length: number) => {
  let out = ''
  while (out.length < length) out += Math.random().toString(36).slice(2)
  return out.slice(0, length)
}

describe('the SQL store', () => {
  it('takes a lease of any length', async () => {
    const store = sqlStore(database, { prefix: 'lease' })
    for (const leaseMs of [10_000 / 3, 1e300]) {
      const app = countdown()
      const runId = `r${leaseMs}`
      expect((await expectDone(app.run({ input: 2, state: { n: 0 }, store, runId, leaseMs }))).output).toBe(2)
    }
  })

  it('says that a run id is too long, and takes what an index holds', async () => {
    const store = sqlStore(database, { prefix: 'long' })
    const app = countdown()
    const run = (runId: string) => app.run({ input: 2, state: { n: 0 }, store, runId })
    await expect(run(random(4000))).rejects.toMatchObject({
      code: 'input',
      message: expect.stringMatching(/4000 bytes/),
    })
    await expect(run('ü'.repeat(1001))).rejects.toMatchObject({ code: 'input' })
    const longest = random(2000)
    expect((await expectDone(run(longest))).output).toBe(2)
    expect((await expectDone(app.resume(longest, { store }))).output).toBe(2)
    expect(await store.get(random(4000))).toBeUndefined()
  })

  it('goes on with runs whose tokens an earlier version counted from 1', async () => {
    const store = sqlStore(database, { prefix: 'old' })
    await store.create(newRun('r'), [record(1, '1')], OWNER)
    await database.query('UPDATE old_runs SET token = 1')
    const held = { runId: 'r', owner: 'a', token: 1 }
    await store.renew(held, 1000)
    await store.commit(held, 1, [record(2, '2')])
    const lease = await store.acquire('r', { owner: 'b', ttlMs: 1000, takeOver: true })
    await expect(store.commit(held, 2, [record(3, '3')])).rejects.toMatchObject({ code: 'lease-lost' })
    await store.commit(lease, 2, [record(3, '3')])
    expect((await store.get('r'))?.seq).toBe(3)
  })
})
