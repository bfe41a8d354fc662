import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { fileStore } from '../file/index.ts'
import { sqlStore } from '../sql/sql-store.ts'
import { startPostgres, type TestPostgres } from '../test-support/postgres.ts'
import { storeConformance } from '../testing/index.ts'
import { memoryStore } from './memory.ts'

describe('memory store', () => {
  for (const { name, run } of storeConformance({ open: () => memoryStore() })) it(name, run)
})

describe('file store', () => {
  const root = mkdtempSync(join(tmpdir(), 'tenon-graph-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let count = 0
  const path = () => join(root, String(count))
  const conformance = storeConformance({
    open: () => {
      count++
      return fileStore(path())
    },
    reopen: () => fileStore(path()),
  })
  for (const { name, run } of conformance) it(name, run, 60_000)
})

describe('SQL store on PGlite', () => {
  let database: PGlite
  beforeAll(async () => {
    database = await PGlite.create()
  }, 60_000)
  afterAll(() => database.close())
  let count = 0
  const conformance = storeConformance({
    open: () => sqlStore(database, { prefix: `t${++count}` }),
    reopen: () => sqlStore(database, { prefix: `t${count}` }),
  })
  for (const { name, run } of conformance) it(name, run, 60_000)
})

describe('SQL store on a Postgres server', () => {
  let server: TestPostgres
  let pool: pg.Pool
  let second: pg.Pool
  beforeAll(async () => {
    server = await startPostgres()
    pool = new pg.Pool({ connectionString: server.url, max: 4 })
    second = new pg.Pool({ connectionString: server.url, max: 4 })
  }, 60_000)
  afterAll(async () => {
    await pool.end()
    await second.end()
    server.stop()
  })
  let count = 0
  const prefix = `run${Date.now().toString(36)}_`
  const conformance = storeConformance({
    open: () => sqlStore(pool, { prefix: prefix + ++count }),
    reopen: () => sqlStore(second, { prefix: prefix + count }),
  })
  for (const { name, run } of conformance) it(name, run, 60_000)
})
