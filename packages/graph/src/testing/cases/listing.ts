import type { GraphStore, RunRecord, RunStatus } from '../../store/store.ts'
import { newRun, OWNER, record, same, type StoreCases } from '../check.ts'

/** Finding runs. */
export const listing: StoreCases = {
  'list is in order of age, and a cursor neither skips nor repeats': async store => {
    const ids = Array.from({ length: 25 }, (_, n) => `run-${(n * 7) % 25}`)
    for (const [index, id] of ids.entries())
      await store.create(newRun(id, { createdAt: 1000 + Math.floor(index / 5) }), [record(1, '1')], OWNER)
    const seen: RunRecord[] = []
    let cursor: string | undefined
    do {
      const page = await store.list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.runs)
      cursor = page.cursor
      if (seen.length === 8) await store.create(newRun('late', { createdAt: 5000 }), [record(1, '1')], OWNER)
    } while (cursor !== undefined)
    same(new Set(seen.map(({ id }) => id)).size, 26, 'all, once')
    same(seen.length, 26, 'no repeats')
    const ages = seen.map(({ createdAt }) => createdAt)
    same(
      ages,
      [...ages].sort((a, b) => a - b),
      'order',
    )
  },
  'list filters by graph and status together': async store => {
    const statuses: RunStatus[] = ['running', 'done', 'interrupted', 'failed']
    for (const graph of ['g1', 'g2'])
      for (const status of statuses)
        await store.create(newRun(`${graph}-${status}`, { graph, status }), [record(1, '1', status)], OWNER)
    const ids = async (options: Parameters<GraphStore['list']>[0]) =>
      (await store.list(options)).runs.map(({ id }) => id).sort()
    same(await ids({ graph: 'g1' }), ['g1-done', 'g1-failed', 'g1-interrupted', 'g1-running'], 'graph')
    same(await ids({ status: 'done' }), ['g1-done', 'g2-done'], 'status')
    same(await ids({ graph: 'g2', status: ['failed', 'running'] }), ['g2-failed', 'g2-running'], 'both')
    same(await ids({ graph: 'g' }), [], 'no prefix matching of graphs')
    same(await ids({ status: 'paused' }), [], 'none')
  },
}
