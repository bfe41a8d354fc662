import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProcessBench } from './measure/bench.ts'
import { describeMachine } from './measure/machine.ts'
import { isMet, markdown } from './report.ts'
import type { Row } from './suite.ts'
import { loadSuite, suiteNames } from './suites.ts'

// sizes are tiny here: this proves that the benchmarks run, their figures mean nothing
describe('benchmarks', () => {
  let bench: ProcessBench
  beforeAll(async () => {
    bench = await ProcessBench.start({ isTrial: true })
  })
  afterAll(() => bench.end())

  it.each(suiteNames)('%s', async name => {
    const suite = await loadSuite(name)
    expect(suite.name).toBe(name)
    const rows = await suite.measure(bench)
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect(row.ours, row.what).toSatisfy(Number.isFinite)
      // how tiny sizes grow is chance
      if (row.unit !== 'exponent') expect(row.ours, row.what).toBeGreaterThan(0)
    }
  })
})

describe('the table', () => {
  const row: Row = { what: 'a run', unit: 'µs', ours: 42, floor: 2, toFloor: 21, budget: { max: 40, of: 'ours' } }

  it('compares the figure or its ratio to the floor with the budget', () => {
    expect(isMet(row)).toBe(false)
    expect(isMet({ ...row, ours: 40 })).toBe(true)
    expect(isMet({ ...row, budget: { max: 21, of: 'floor' } })).toBe(true)
    expect(isMet({ ...row, budget: { max: 20, of: 'floor' } })).toBe(false)
    expect(isMet({ ...row, budget: undefined })).toBeUndefined()
  })

  it('shows every row, and the machine', () => {
    const text = markdown({ machine: describeMachine(), load: [0.5, 1], tookS: 3, rows: [row] })
    expect(text).toContain(`Node ${process.versions.node}`)
    expect(text).toContain('load average 0.5 before, 1 after')
    expect(text).toMatch(/\| a run +\| 42 µs +\| 2 µs +\| 21 +\| – +\| – +\| ≤ 40 µs +\| NO +\|/)
  })
})
