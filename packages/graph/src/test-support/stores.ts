import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { fileStore } from '../file/index.ts'
import { memoryStore, sqlStore } from '../index.ts'
import type { GraphStore } from '../store/store.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

/** An empty store, and a second handle on it as another process would have one. */
export interface TwoHandles {
  readonly store: GraphStore
  readonly other: GraphStore
}

/** Runs the tests once with each store of this package. */
export const onEveryStore = (tests: (open: () => TwoHandles) => void): void => {
  describe('in memory', () => {
    tests(() => {
      const store = memoryStore()
      return { store, other: store }
    })
  })

  describe('in files', () => {
    const root = mkdtempSync(join(tmpdir(), 'tenon-stores-'))
    afterAll(() => rmSync(root, { recursive: true, force: true }))
    let count = 0
    tests(() => {
      const directory = join(root, String(++count))
      return { store: fileStore(directory), other: fileStore(directory) }
    })
  })

  describe('in PGlite', () => {
    let database: PGlite
    beforeAll(async () => {
      database = await PGlite.create()
    }, 60_000)
    afterAll(() => database.close())
    let count = 0
    tests(() => {
      const prefix = `t${++count}`
      return { store: sqlStore(database, { prefix }), other: sqlStore(database, { prefix }) }
    })
  })

  describe('in Postgres', () => {
    let server: TestPostgres
    let pools: readonly pg.Pool[] = []
    beforeAll(async () => {
      server = await startPostgres()
      pools = [1, 2].map(() => new pg.Pool({ connectionString: server.url, max: 4 }))
    }, 60_000)
    afterAll(async () => {
      for (const pool of pools) await pool.end()
      server.stop()
    })
    let count = 0
    const base = `two${Date.now().toString(36)}_`
    tests(() => {
      const prefix = base + ++count
      return { store: sqlStore(pools[0]!, { prefix }), other: sqlStore(pools[1]!, { prefix }) }
    })
  })
}

/** The methods of a store, to replace some: those of a class are not its own properties. */
export const methodsOf = (store: GraphStore): GraphStore => ({
  create: (run, records, options) => store.create(run, records, options),
  get: runId => store.get(runId),
  acquire: (runId, options) => store.acquire(runId, options),
  renew: (lease, ttlMs) => store.renew(lease, ttlMs),
  release: lease => store.release(lease),
  commit: (lease, seq, records) => store.commit(lease, seq, records),
  read: (runId, options) => store.read(runId, options),
  list: options => store.list(options),
  delete: runId => store.delete(runId),
})
