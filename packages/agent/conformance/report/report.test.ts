import { describe, expect, it } from 'vitest'
import { drops } from './baseline.ts'
import { KnownDifferences } from './known-differences.ts'
import { combine, passed, type CaseResult, type Outcome } from './outcome.ts'
import { formatTable, tally } from './tally.ts'

const failed: Outcome = { kind: 'failed', differences: [{ path: '$', expected: 1, actual: 2 }] }
const missing: Outcome = { kind: 'not-supported', reason: 'no such class' }
const result = (id: string, outcome: Outcome): CaseResult => ({ row: id.split('/')[0] ?? '', id, outcome })

describe('combine', () => {
  it('lets a failure decide, then what is not supported', () => {
    expect(combine([passed, missing, failed]).kind).toBe('failed')
    expect(combine([passed, missing]).kind).toBe('not-supported')
    expect(combine([passed, passed]).kind).toBe('passed')
    expect(combine([]).kind).toBe('passed')
  })
})

describe('known differences', () => {
  const known = new KnownDifferences([
    { case: 'acme/one', reason: 'theirs is wrong' },
    { case: 'acme/stream.*', reason: 'ours retries' },
  ])

  it('counts listed failures apart', () => {
    const results = [
      result('acme/one', failed),
      result('acme/stream.x', failed),
      result('acme/two', failed),
      result('acme/three', missing),
    ]
    expect(tally(results, known)).toEqual([
      { provider: 'acme', passed: 0, failed: 1, knownDifferences: 2, notSupported: 1 },
    ])
    expect(formatTable(tally(results, known))).toContain('acme')
  })

  it('finds entries that are no longer true', () => {
    expect(known.stale([result('acme/one', passed)]).map(entry => entry.case)).toEqual(['acme/one'])
    expect(known.stale([result('acme/stream.a', passed), result('acme/stream.b', failed)])).toEqual([])
    expect(known.stale([result('other/one', passed)])).toEqual([])
  })

  it('takes a dot for a dot', () => {
    expect(known.reasonFor('acme/streams')).toBeUndefined()
  })
})

describe('baseline', () => {
  const row = { provider: 'acme', passed: 3, failed: 2, knownDifferences: 0, notSupported: 0 }

  it('reports a row that fell', () => {
    expect(drops([row], { acme: 4 })).toHaveLength(1)
    expect(drops([row], { acme: 3 })).toEqual([])
    expect(drops([row], {})).toEqual([])
  })

  it('leaves a smaller corpus alone', () => {
    expect(drops([row], { acme: 100 })).toEqual([])
  })
})
