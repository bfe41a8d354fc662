import type { RunRecord } from '../../store/store.ts'
import { newRun, OWNER, record, rejects, same, type StoreCases } from '../check.ts'
import { JSON_VALUES, ODD_IDS } from '../odd-values.ts'

/** What is stored comes back. */
export const storing: StoreCases = {
  'a run comes back as it was created': async store => {
    const run = newRun('r', {
      forkOf: { runId: 'p%', seq: 7 },
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      version: 3,
    })
    const lease = await store.create(run, [record(1, '"first"')], OWNER)
    same([lease.runId, lease.owner], ['r', 'a'], 'lease')
    const got = await store.get('r')
    for (const key of Object.keys(run) as (keyof RunRecord)[]) same(got?.[key], run[key], key)
    same(await store.read('r'), [record(1, '"first"')], 'records')
  },
  'an unknown run is undefined to get, false to delete, an error to the rest': async store => {
    same(await store.get('none'), undefined, 'get')
    same(await store.delete('none'), false, 'delete')
    await rejects(store.acquire('none', OWNER), 'run-not-found', 'acquire')
    await rejects(store.read('none'), 'run-not-found', 'read')
    await rejects(store.commit({ runId: 'none', owner: 'a', token: 1 }, 1, [record(2, '1')]), 'run-not-found', 'commit')
    await rejects(store.renew({ runId: 'none', owner: 'a', token: 1 }, 1000), 'run-not-found', 'renew')
    await store.release({ runId: 'none', owner: 'a', token: 1 })
  },
  'a run id is created once, also by creators at the same time': async store => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(n => store.create(newRun('r'), [record(1, String(n))], OWNER)),
    )
    same(results.filter(result => result.status === 'fulfilled').length, 1, 'winners')
    await rejects(store.create(newRun('r'), [record(1, '0')], OWNER), 'run-exists', 'a later creator')
    same((await store.read('r')).length, 1, 'records')
  },
  'JSON edge values survive, byte for byte': async store => {
    const texts = JSON_VALUES.map(value => JSON.stringify(value))
    const lease = await store.create(newRun('r'), [record(1, '0')], OWNER)
    for (const [index, text] of texts.entries()) await store.commit(lease, index + 1, [record(index + 2, text)])
    same(
      (await store.read('r', { afterSeq: 1 })).map(({ data }) => data),
      texts,
      'one by one',
    )
    const batch = await store.create(newRun('b'), [record(1, '0')], OWNER)
    await store.commit(
      batch,
      1,
      texts.map((text, index) => record(index + 2, text)),
    )
    same(
      (await store.read('b', { afterSeq: 1 })).map(({ data }) => data),
      texts,
      'in one commit',
    )
  },
  'no id is special: wildcards, paths, prototype names, case, length': async store => {
    for (const [index, id] of ODD_IDS.entries())
      await store.create(newRun(id, { createdAt: 1000 + index, graph: id }), [record(1, JSON.stringify(id))], OWNER)
    for (const id of ODD_IDS) {
      same((await store.get(id))?.id, id, `get ${JSON.stringify(id.slice(0, 20))}`)
      same((await store.read(id))[0]?.data, JSON.stringify(id), 'read')
      const runs = (await store.list({ idPrefix: id })).runs.map(run => run.id)
      same(
        runs,
        ODD_IDS.filter(other => other.startsWith(id)),
        `prefix ${JSON.stringify(id.slice(0, 20))}`,
      )
      same(
        (await store.list({ graph: id })).runs.map(run => run.id),
        [id],
        'graph filter',
      )
    }
    same(await store.delete('a_b'), true, 'delete a_b')
    same(await store.delete('%'), true, 'delete %')
    same((await store.list({ limit: 1000 })).runs.length, ODD_IDS.length - 2, 'others stay')
    same((await store.get('aXb'))?.id, 'aXb', 'aXb stays')
  },
  'read pages by seq': async store => {
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    await store.commit(
      lease,
      1,
      Array.from({ length: 9 }, (_, n) => record(n + 2, String(n + 2))),
    )
    same(
      (await store.read('r', { afterSeq: 3, limit: 2 })).map(({ seq }) => seq),
      [4, 5],
      'middle',
    )
    same(
      (await store.read('r', { limit: 1 })).map(({ seq }) => seq),
      [1],
      'first',
    )
    same(await store.read('r', { afterSeq: 10 }), [], 'past the end')
  },
  'delete removes a run and its records, and only that': async store => {
    await store.create(newRun('r'), [record(1, '"r"')], OWNER)
    await store.create(newRun('r2'), [record(1, '"r2"')], OWNER)
    same(await store.delete('r'), true, 'delete')
    same(await store.get('r'), undefined, 'gone')
    same((await store.read('r2')).length, 1, 'other')
    await store.create(newRun('r'), [record(1, '"again"')], OWNER)
    same(
      (await store.read('r')).map(({ data }) => data),
      ['"again"'],
      'a new run of that id starts afresh',
    )
  },
  'what a caller holds is not what is stored': async store => {
    const records = [record(1, '{"a":1}')]
    const run = newRun('r')
    const lease = await store.create(run, records, OWNER)
    Object.assign(records[0]!, { data: 'changed' })
    Object.assign(run, { status: 'failed' })
    const later = [record(2, '{"b":1}')]
    await store.commit(lease, 1, later)
    Object.assign(later[0]!, { data: 'changed' })
    same(
      (await store.read('r')).map(({ data }) => data),
      ['{"a":1}', '{"b":1}'],
      'records',
    )
    same((await store.get('r'))?.status, 'running', 'run')
  },
  'a second handle sees what the first stored': async (store, { reopen }) => {
    const other = (await reopen?.()) ?? store
    const lease = await store.create(newRun('r'), [record(1, '1')], OWNER)
    same((await other.get('r'))?.seq, 1, 'created')
    await store.commit(lease, 1, [record(2, '2')])
    same((await other.get('r'))?.seq, 2, 'committed')
    same((await other.read('r')).length, 2, 'records')
    await store.delete('r')
    same(await other.get('r'), undefined, 'deleted')
  },
}
