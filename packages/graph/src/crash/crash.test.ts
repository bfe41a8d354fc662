import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStore } from '../file/index.ts'
import { badLines, buildChild, runChild } from '../test-support/crash-driver.ts'
import { sqlStore } from '../sql/sql-store.ts'
import type { GraphStore } from '../store/store.ts'
import { startPostgres } from '../test-support/postgres.ts'
import { complete, crashShapes, problemsOf } from '../test-support/crash-shapes.ts'

const root = mkdtempSync(join(tmpdir(), 'tenon-crash-'))
beforeAll(buildChild)
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Kills one child at the n-th boundary of a kind, takes the run up here, and checks it. False when there is no n-th boundary. */
const killAt = async (name: string, when: string, at: number): Promise<boolean> => {
  const location = join(root, `${name}-${when}-${at}`)
  const effects = join(location, 'effects')
  mkdirSync(effects, { recursive: true })
  const runId = `${name}~1`
  const runs = join(location, 'runs')
  const result = await runChild({ kind: 'file', location: runs, effects }, ['once', name, runId, when, String(at)])
  expect(badLines(result.output)).toEqual([])
  const options = { store: fileStore(runs), deps: { effects: join(effects, `${runId}.log`) } }
  const outcome = await complete(name, runId, options)
  expect(await problemsOf(name, runId, outcome, options)).toEqual([])
  await options.store.close?.()
  return result.signal === 'SIGKILL'
}

/** Boundaries are tried until a child gets through alive: then every one has been. */
const killEverywhere = async (name: string, when: string): Promise<number> => {
  let at = 0
  while (await killAt(name, when, at)) at++
  return at
}

describe.concurrent('a run killed at a boundary ends as if it had not been', () => {
  for (const name of Object.keys(crashShapes))
    it(`${name}: before, in and after every commit, and after every effect`, { timeout: 120_000 }, async () => {
      // a torn write is a kill before the commit that also leaves half a record; the clean one is in the long test
      const counts = await Promise.all(['torn', 'after', 'effect'].map(when => killEverywhere(name, when)))
      const { tasks, effects } = crashShapes[name]!.expected
      // at least one commit for each finished task, one for each effect; and the start
      for (const count of counts.slice(0, 2)) expect(count).toBeGreaterThanOrEqual(Math.min(tasks, effects.length))
      expect(counts[2]).toBe(effects.length)
    })
})

describe('a process killed at random times, again and again', () => {
  it('leaves runs that all end well', { timeout: 300_000 }, async () => {
    const location = join(root, 'random', 'runs')
    const effects = join(root, 'random', 'effects')
    mkdirSync(effects, { recursive: true })
    const at = { kind: 'file', location, effects } as const
    // as many rounds as it takes for runs enough: how far a process gets in its time is the machine's affair
    const begun = () => (existsSync(location) ? readdirSync(location).length : 0)
    for (let round = 0; round < 25 || (begun() < 15 && round < 200); round++) {
      const result = await runChild(at, ['loop', String(round)], Math.random() * 120)
      expect(badLines(result.output)).toEqual([])
      expect(result.signal).toBe('SIGKILL')
    }
    const end = await runChild(at, ['finish'])
    expect(badLines(end.output)).toEqual([])
    expect(end.code).toBe(0)
    expect(end.output.split('CHECKED').length).toBeGreaterThan(10)
  })
})

describe('two processes that resume one run', () => {
  const contend = async (kind: 'file' | 'postgres', location: string, store: GraphStore) => {
    const effects = join(root, `contend-${kind}`)
    mkdirSync(effects, { recursive: true })
    const runId = 'sequence~contend'
    const options = { store, deps: { effects: join(effects, `${runId}.log`) } }
    const drain = new AbortController()
    drain.abort()
    const paused = await crashShapes['sequence']!.run(runId, { ...options, drainSignal: drain.signal })
    expect(paused.status).toBe('paused')
    const args = ['contend', 'sequence', runId] as const
    const both = await Promise.all(
      [1, 2].map(() => runChild({ kind, location, effects }, args, undefined, { CRASH_SLOWNESS: '700' })),
    )
    const lines = both.map(({ output }) => output.split('\n').find(line => /^(?:WON|LOST)/.test(line)) ?? '').sort()
    expect(lines).toEqual(['LOST run-locked', 'WON "third: second 2"'])
    expect(await problemsOf('sequence', runId, await complete('sequence', runId, options), options)).toEqual([])
    await store.close?.()
  }

  it('file store: one wins, the other gets a typed error', { timeout: 60_000 }, async () => {
    const location = join(root, 'contend-runs')
    await contend('file', location, fileStore(location))
  })

  it('Postgres: one wins, the other gets a typed error', { timeout: 60_000 }, async () => {
    const server = await startPostgres()
    const pool = new pg.Pool({ connectionString: server.url, max: 2 })
    try {
      await contend('postgres', server.url, sqlStore(pool))
    } finally {
      await pool.end()
      server.stop()
    }
  })
})
