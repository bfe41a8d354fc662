import type { KnownDifferences } from './known-differences.ts'
import type { CaseResult } from './outcome.ts'

/** The counts of one row of the result table. */
export interface Tally {
  readonly provider: string
  passed: number
  failed: number
  knownDifferences: number
  notSupported: number
}

/** Counts results by row, rows in order of their first result. */
export function tally(results: readonly CaseResult[], known: KnownDifferences): Tally[] {
  const rows = new Map<string, Tally>()
  for (const result of results) {
    let row = rows.get(result.row)
    if (row === undefined) {
      row = { provider: result.row, passed: 0, failed: 0, knownDifferences: 0, notSupported: 0 }
      rows.set(result.row, row)
    }
    row[counterOf(result, known)] += 1
  }
  return [...rows.values()]
}

export function isFailure(result: CaseResult, known: KnownDifferences): boolean {
  return counterOf(result, known) === 'failed'
}

function counterOf({ id, outcome }: CaseResult, known: KnownDifferences): Exclude<keyof Tally, 'provider'> {
  if (outcome.kind === 'passed') return 'passed'
  if (outcome.kind === 'not-supported') return 'notSupported'
  return known.reasonFor(id) === undefined ? 'failed' : 'knownDifferences'
}

export function formatTable(rows: readonly Tally[]): string {
  const head = ['', 'passed', 'failed', 'known differences', 'not supported yet']
  const body = [...rows, total(rows)].map(row =>
    [row.provider, row.passed, row.failed, row.knownDifferences, row.notSupported].map(String),
  )
  const widths = head.map((title, column) => Math.max(title.length, ...body.map(line => line[column]?.length ?? 0)))
  const format = (line: readonly string[]) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return [head, ...body].map(format).join('\n')
}

function total(rows: readonly Tally[]): Tally {
  const sum = (key: Exclude<keyof Tally, 'provider'>) => rows.reduce((count, row) => count + row[key], 0)
  return {
    provider: 'total',
    passed: sum('passed'),
    failed: sum('failed'),
    knownDifferences: sum('knownDifferences'),
    notSupported: sum('notSupported'),
  }
}
