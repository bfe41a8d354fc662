/** A process to be killed. Arguments: the store, where it is, and what to do. Bundled by crash-driver.ts. */
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GraphError } from '../errors.ts'
import { fileStore } from '../file/index.ts'
import { sqlStore } from '../sql/sql-store.ts'
import type { GraphStore } from '../store/store.ts'
import { complete, crashShapes, effectHook, problemsOf } from './crash-shapes.ts'

const [kind, location, effects, mode, ...rest] = process.argv.slice(2) as [string, string, string, string, ...string[]]

const open = async (): Promise<GraphStore> => {
  if (kind === 'file') return fileStore(location)
  if (kind === 'postgres') {
    const pg = (await import('pg')).default
    return sqlStore(new pg.Pool({ connectionString: location, max: 2 }))
  }
  const { PGlite } = await import('@electric-sql/pglite')
  return sqlStore(await PGlite.create(location))
}

const die = () => process.kill(process.pid, 'SIGKILL')

/** Dies at the n-th boundary of a kind: before a commit, after one, in the middle of one, after an effect. */
const doomed = (store: GraphStore, when: string, at: number): GraphStore => {
  let count = 0
  effectHook.after = () => {
    if (when === 'effect' && count++ === at) die()
  }
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    if (when === 'effect') return work()
    const isNow = count++ === at
    if (isNow && when === 'before') die()
    if (isNow && when === 'torn') {
      const folder = existsSync(location) ? readdirSync(location)[0] : undefined
      if (folder !== undefined) appendFileSync(join(location, folder, 'journal.log'), '1a2b3c4d {"k":1,"r":{"seq":')
      die()
    }
    const result = await work()
    if (isNow) die()
    return result
  }
  return {
    create: (run, records, options) => around(() => store.create(run, records, options)),
    commit: (lease, seq, records) => around(() => store.commit(lease, seq, records)),
    get: id => store.get(id),
    acquire: (id, options) => store.acquire(id, options),
    renew: (lease, ttlMs) => store.renew(lease, ttlMs),
    release: lease => store.release(lease),
    read: (id, options) => store.read(id, options),
    list: options => store.list(options),
    delete: id => store.delete(id),
  }
}

const effectsOf = (runId: string) => ({ effects: join(effects, `${runId}.log`) })

const main = async () => {
  const store = await open()
  process.stdout.write('open\n')
  if (mode === 'once') {
    const [name, runId, when, at] = rest as [string, string, string, string]
    await complete(name, runId, { store: doomed(store, when, Number(at)), deps: effectsOf(runId) })
    process.exit(0)
  }
  if (mode === 'contend') {
    // two of these take up one run at the same moment
    const [name, runId] = rest as [string, string]
    try {
      const outcome = await crashShapes[name]!.resume(runId, { store, deps: effectsOf(runId) })
      process.stdout.write(`WON ${JSON.stringify(outcome.status === 'done' ? outcome.output : outcome.status)}\n`)
    } catch (error) {
      process.stdout.write(`LOST ${GraphError.isInstance(error) ? (error as GraphError).code : String(error)}\n`)
    }
    process.exit(0)
  }
  // recover what an earlier process left, and go on with new runs until killed
  let cursor: string | undefined
  do {
    const page = await store.list({
      limit: 1000,
      ...(mode === 'finish' ? {} : { status: ['running', 'interrupted', 'paused', 'failed'] }),
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const run of page.runs) {
      const name = run.id.split('~')[0]!
      const options = { store, deps: effectsOf(run.id) }
      const problems = await problemsOf(name, run.id, await complete(name, run.id, options), options)
      for (const problem of problems) process.stdout.write(`BAD ${problem}\n`)
      if (mode === 'finish') process.stdout.write(`CHECKED ${run.id}\n`)
    }
    cursor = page.cursor
  } while (cursor !== undefined)
  if (mode === 'finish') process.exit(0)
  const names = Object.keys(crashShapes)
  for (let count = 0; ; count++) {
    const name = names[(Number(rest[0]) + count) % names.length]!
    const runId = `${name}~${rest[0]}-${count}`
    const options = { store, deps: effectsOf(runId) }
    const problems = await problemsOf(name, runId, await complete(name, runId, options), options)
    for (const problem of problems) process.stdout.write(`BAD ${problem}\n`)
  }
}

void main().catch((error: unknown) => {
  process.stdout.write(`BAD ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(2)
})
