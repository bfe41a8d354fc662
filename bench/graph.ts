// npx tsx bench/graph.ts [steps]: how many commits a second each store of @tenon/graph makes, in wall time, on this machine.
// A directory and a server of its own for each; a Postgres server is taken from TENON_PG_URL, and left out without it.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { graphBuilder, memoryStore, sqlStore, type, type GraphStore } from '@tenon/graph'
import { fileStore } from '@tenon/graph/file'

export interface StoreRow {
  readonly store: string
  /** one run, one step after the other */
  readonly commitsPerSecond: number
  /** a map over 2,000 items, 64 at once: records that gather are committed together */
  readonly mapItemsPerSecond?: number
}

const counting = () => {
  const g = graphBuilder({ name: 'count', state: type<{ n: number }>(), input: type<number>(), output: type<number>() })
  const up = g.step('up', { input: type<number>() }, async ({ input, state }) => (state.n++, input - 1))
  g.start.to(up)
  up.when(left => left > 0, up).otherwise(g.end)
  return g.build()
}

const mapping = () => {
  const g = graphBuilder({ name: 'map', input: type<number[]>(), output: type<number>() })
  g.start
    .map({ concurrency: 64 })
    .step('double', async ({ input }) => input * 2)
    .sum()
    .to(g.end)
  return g.build()
}

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!

const perSecond = async (count: number, rounds: number, work: () => Promise<unknown>): Promise<number> => {
  const rates: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = performance.now()
    await work()
    rates.push(count / ((performance.now() - before) / 1000))
  }
  return Math.round(median(rates))
}

const measureStore = async (name: string, store: GraphStore, steps: number): Promise<StoreRow> => {
  const count = counting()
  const map = mapping()
  const items = Array.from({ length: steps }, (_, index) => index)
  await count.run({ input: 200, state: { n: 0 }, store })
  return {
    store: name,
    commitsPerSecond: await perSecond(steps, 5, () => count.run({ input: steps, state: { n: 0 }, store })),
    mapItemsPerSecond: await perSecond(steps, 5, () => map.run({ input: items, store })),
  }
}

/** What the disk allows: a line of a record's size appended and flushed, again and again. */
const measureDisk = async (path: string, steps: number): Promise<StoreRow> => {
  const file = openSync(path, 'a')
  const line = `${'x'.repeat(299)}\n`
  const append = async () => {
    for (let step = 0; step < steps; step++) {
      writeSync(file, line)
      fdatasyncSync(file)
    }
  }
  const commitsPerSecond = await perSecond(steps, 5, append)
  closeSync(file)
  return { store: 'floor: 300 bytes appended and flushed', commitsPerSecond }
}

/** Measures every store there is. @param steps of one run; 2,000 give steady figures */
export const measureStores = async (steps = 2000): Promise<StoreRow[]> => {
  const directory = mkdtempSync(join(tmpdir(), 'tenon-bench-'))
  const rows: StoreRow[] = []
  try {
    rows.push(await measureDisk(join(directory, 'floor'), steps))
    rows.push(await measureStore('memory', memoryStore(), steps))
    rows.push(await measureStore('file, flushed', fileStore(join(directory, 'flushed')), steps))
    rows.push(await measureStore('file, not flushed', fileStore(join(directory, 'buffered'), { fsync: false }), steps))
    const { PGlite } = await import('@electric-sql/pglite')
    const local = await PGlite.create(join(directory, 'pglite'))
    rows.push(await measureStore('PGlite, on disk', sqlStore(local), Math.ceil(steps / 4)))
    await local.close()
    const url = process.env['TENON_PG_URL']
    if (url !== undefined) {
      const pg = (await import('pg')).default
      const pool = new pg.Pool({ connectionString: url, max: 2 })
      rows.push(
        await measureStore('Postgres server', sqlStore(pool, { prefix: `bench_${Date.now().toString(36)}` }), steps),
      )
      await pool.end()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  return rows
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  console.table(await measureStores(Number(process.argv[2] ?? 2000)))
