import type { GraphError } from '../../errors.ts'
import type { Lease } from '../../store/store.ts'
import { newRun, OWNER, record, rejects, same, TTL, type StoreCases } from '../check.ts'

/** Who may write, and that nothing is written twice or halfway. */
export const owning: StoreCases = {
  'a commit moves the head': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(lease, 1, [record(2, '2'), record(3, '3', 'interrupted', 3)])
    const run = await store.get('r')
    same(
      [run?.seq, run?.status, run?.snapshotSeq, run?.updatedAt, run?.createdAt],
      [3, 'interrupted', 3, 1003, 1000],
      'head',
    )
    same(await store.read('r'), [record(1, '1'), record(2, '2'), record(3, '3', 'interrupted', 3)], 'records')
  },
  'of two commits that expect one head, one loses and leaves nothing': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(lease, 1, [record(2, '"winner"')])
    await rejects(store.commit(lease, 1, [record(2, '"loser"'), record(3, '"loser"')]), 'seq-conflict', 'the loser')
    await rejects(store.commit(lease, 9, [record(10, '"ahead"')]), 'seq-conflict', 'a commit from the future')
    same(
      (await store.read('r')).map(({ data }) => data),
      ['1', '"winner"'],
      'records',
    )
    same((await store.get('r'))?.seq, 2, 'head')
  },
  'of many commits at once on one head, exactly one wins': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => store.commit(lease, 1, [record(2, String(n))])),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    same((await store.read('r')).length, 2, 'records')
  },
  'a held run cannot be acquired, a released one can': async (store, { reopen }) => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    const other = (await reopen?.()) ?? store
    await rejects(other.acquire('r', { owner: 'b', ttlMs: TTL }), 'run-locked', 'while held')
    await store.release(lease)
    const second = await other.acquire('r', { owner: 'b', ttlMs: TTL })
    same(second.token > lease.token, true, 'token grows')
    await rejects(store.acquire('r', OWNER), 'run-locked', 'held again')
  },
  'of many who acquire at once, one wins': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.release(lease)
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => store.acquire('r', { owner: `o${n}`, ttlMs: TTL })),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    for (const result of results)
      if (result.status === 'rejected') same((result.reason as GraphError).code, 'run-locked', 'losers')
  },
  'a lease that is not renewed runs out, one that is renewed does not': async store => {
    const short = { owner: 'a', ttlMs: 200 }
    const renewed = await store.create(newRun('renewed'), [record(1, '1')], short)
    const forgotten = await store.create(newRun('forgotten'), [record(1, '1')], short)
    await store.renew(renewed, TTL)
    // polled, so that a slow machine only takes longer
    const until = Date.now() + 20_000
    let lease: Lease | undefined
    while (lease === undefined && Date.now() < until) {
      await new Promise(resolve => setTimeout(resolve, 50))
      lease = await store.acquire('forgotten', { owner: 'b', ttlMs: TTL }).catch((error: GraphError) => {
        same(error.code, 'run-locked', 'before it runs out')
        return undefined
      })
    }
    same(lease?.owner, 'b', 'the new owner')
    await rejects(store.acquire('renewed', { owner: 'b', ttlMs: TTL }), 'run-locked', 'renewed')
    await rejects(store.renew(forgotten, 300), 'lease-lost', 'the old owner renews')
  },
  'after a takeover the old owner can do nothing': async (store, { reopen }) => {
    const old = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(old, 1, [record(2, '"old"')])
    const other = (await reopen?.()) ?? store
    const lease = await other.acquire('r', { owner: 'b', ttlMs: TTL, takeOver: true })
    await rejects(store.commit(old, 2, [record(3, '"stale"')]), 'lease-lost', 'commit')
    await rejects(store.renew(old, TTL), 'lease-lost', 'renew')
    await store.release(old)
    await other.commit(lease, 2, [record(3, '"new"')])
    await rejects(store.commit(old, 3, [record(4, '"stale"')]), 'lease-lost', 'commit at the right head')
    same(
      (await other.read('r')).map(({ data }) => data),
      ['1', '"old"', '"new"'],
      'records',
    )
    same(
      (await store.read('r')).map(({ data }) => data),
      ['1', '"old"', '"new"'],
      'records, seen by the old owner',
    )
  },
  'a run that was deleted and created again is closed to its former owner': async (store, { reopen }) => {
    const other = (await reopen?.()) ?? store
    const old = await store.create(newRun('r'), [record(1, '"old"')], OWNER)
    await store.commit(old, 1, [record(2, '"old"')])
    same(await other.delete('r'), true, 'delete')
    await rejects(store.commit(old, 2, [record(3, '"stale"')]), 'run-not-found', 'commit to a run that is gone')
    await rejects(store.renew(old, TTL), 'run-not-found', 'renew of a run that is gone')
    const lease = await other.create(newRun('r'), [record(1, '"new"')], OWNER)
    await rejects(store.commit(old, 1, [record(2, '"stale"')]), 'lease-lost', 'commit')
    await rejects(store.renew(old, TTL), 'lease-lost', 'renew')
    await store.release(old)
    await other.commit(lease, 1, [record(2, '"new"')])
    await other.renew(lease, TTL)
    for (const handle of [store, other])
      same(
        (await handle.read('r')).map(({ data }) => data),
        ['"new"', '"new"'],
        'records',
      )
  },
  'no token of a run id comes again': async store => {
    const tokens: number[] = []
    for (let life = 0; life < 4; life++) {
      tokens.push((await store.create(newRun('r'), [record(1, '1')], OWNER)).token)
      for (let turn = 0; turn < 3; turn++)
        tokens.push((await store.acquire('r', { owner: 'b', ttlMs: TTL, takeOver: true })).token)
      await store.delete('r')
    }
    same(
      tokens.filter(token => !Number.isSafeInteger(token)),
      [],
      'tokens that are not whole numbers',
    )
    same(new Set(tokens).size, tokens.length, `different tokens (${tokens.join(', ')})`)
  },
  'a run that is created while its predecessor is deleted stays': async (store, { reopen }) => {
    const other = (await reopen?.()) ?? store
    for (let round = 0; round < 20; round++) {
      const id = `r${round}`
      const old = await store.create(newRun(id), [record(1, '"old"')], OWNER)
      await store.commit(old, 1, [record(2, '"old"')])
      const deleted = store.delete(id)
      const create = () => other.create(newRun(id), [record(1, '"new"')], OWNER)
      let lease: Lease | undefined
      for (let attempt = 0; lease === undefined && attempt < 200; attempt++)
        lease = await create().catch((error: GraphError) => {
          same(error.code, 'run-exists', 'a creator that comes too early')
          return undefined
        })
      same(await deleted, true, 'delete')
      lease ??= await create()
      await other.commit(lease, 1, [record(2, '"new"')])
      same(
        (await store.read(id)).map(({ data }) => data),
        ['"new"', '"new"'],
        'records',
      )
    }
  },
  'a lease may last any part of a second': async store => {
    const odd = { owner: 'a', ttlMs: 100_000 / 3 }
    const lease = await store.create(newRun('r'), [record(1, '1')], odd)
    await store.renew(lease, 200_000 / 3)
    await rejects(store.acquire('r', { owner: 'b', ttlMs: 0.5 }), 'run-locked', 'while held')
    await store.release(lease)
    const second = await store.acquire('r', odd)
    await store.commit(second, 1, [record(2, '2')])
  },
  'a released lease writes no more': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.release(lease)
    await rejects(store.commit(lease, 1, [record(2, '2')]), 'lease-lost', 'commit')
  },
}
