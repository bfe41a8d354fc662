import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileStore } from '../file/index.ts'
import { badLines, buildChild, runChild } from '../test-support/crash-driver.ts'
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
      const counts = await Promise.all(['before', 'torn', 'after', 'effect'].map(when => killEverywhere(name, when)))
      const { tasks, effects } = crashShapes[name]!.expected
      // at least one commit for each finished task, one for each effect; and the start
      for (const count of counts.slice(0, 3)) expect(count).toBeGreaterThanOrEqual(Math.min(tasks, effects.length))
      expect(counts[3]).toBe(effects.length)
    })
})

describe('a process killed at random times, again and again', () => {
  it('leaves runs that all end well', { timeout: 120_000 }, async () => {
    const location = join(root, 'random', 'runs')
    const effects = join(root, 'random', 'effects')
    mkdirSync(effects, { recursive: true })
    const at = { kind: 'file', location, effects } as const
    for (let round = 0; round < 25; round++) {
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
