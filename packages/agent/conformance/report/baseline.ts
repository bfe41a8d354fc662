import { readFileSync, writeFileSync } from 'node:fs'
import type { Tally } from './tally.ts'

/** How many cases of a row have to pass: what once worked keeps working. */
export type Baseline = Readonly<Record<string, number>>

export function readBaseline(file: URL): Baseline {
  return JSON.parse(readFileSync(file, 'utf8')) as Baseline
}

export function writeBaseline(file: URL, rows: readonly Tally[]): void {
  const passing = rows.filter(row => row.passed > 0).map(row => [row.provider, row.passed] as const)
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(passing), null, 2)}\n`)
}

/** One sentence per row that fell. A row with fewer cases than the baseline asks for belongs to a smaller corpus. */
export function drops(rows: readonly Tally[], baseline: Baseline): string[] {
  return rows.flatMap(row => {
    const needed = baseline[row.provider] ?? 0
    const cases = row.passed + row.failed + row.knownDifferences + row.notSupported
    return row.passed < needed && cases >= needed
      ? [`${row.provider}: ${row.passed} passed, the baseline is ${needed}`]
      : []
  })
}
