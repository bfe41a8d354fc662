import { describe, expect, it } from 'vitest'
import type { Check, Outcome } from './check.ts'
import { runChecks } from './run-checks.ts'

const held: Outcome = { passed: 1, failed: 0, details: '' }

/** A check that writes its start and end into `log` and yields once in between. */
function logged(log: string[], name: string, more: Partial<Check> = {}): Check {
  const run = async () => {
    log.push(`${name} starts`)
    await new Promise(resolve => setImmediate(resolve))
    log.push(`${name} ends`)
    return held
  }
  return { name, about: name, run, ...more }
}

describe('runChecks', () => {
  it('starts a check when the ones it names have ended, however they ended', async () => {
    const log: string[] = []
    const broken = logged(log, 'build', { run: () => Promise.reject(new Error('no compiler')) })
    const reports = await runChecks([logged(log, 'tests', { after: ['build'] }), broken])
    expect(log).toEqual(['tests starts', 'tests ends'])
    expect(reports.map(report => [report.check.name, report.outcome.failed])).toEqual([
      ['tests', 0],
      ['build', 1],
    ])
    expect(reports[1]?.outcome.details).toContain('no compiler')
  })

  it('takes a check that throws for a failed one', async () => {
    const throws = logged([], 'lockfile', {
      run: () => {
        throw new Error('no such file')
      },
    })
    const [report] = await runChecks([throws])
    expect(report?.outcome).toMatchObject({ passed: 0, failed: 1 })
  })

  it('runs two narrow checks at a time and a wide one alone', async () => {
    const log: string[] = []
    await runChecks([logged(log, 'a'), logged(log, 'b'), logged(log, 'wide', { lanes: 2 })])
    expect(log).toEqual(['a starts', 'b starts', 'a ends', 'b ends', 'wide starts', 'wide ends'])
  })

  it('does not wait for a check that was not chosen', async () => {
    const log: string[] = []
    await runChecks([logged(log, 'types', { after: ['build'] })])
    expect(log).toEqual(['types starts', 'types ends'])
  })

  it('says which checks wait for each other', async () => {
    const circle = [logged([], 'a', { after: ['b'] }), logged([], 'b', { after: ['a'] })]
    await expect(runChecks(circle)).rejects.toThrow('These checks wait for each other: a, b')
  })
})
