/**
 * Runs the checks and ends with `N passed, N failed` on a line of its own; exit code 1 if any failed.
 *
 *   npm test                      all of them
 *   npm test -- lint types        these only
 *   npm test -- --list            what there is
 */
import { checks } from './checks/registry.ts'
import { type Report, runChecks } from './checks/run-checks.ts'

const names = process.argv.slice(2)
if (names.includes('--list')) {
  for (const check of checks) console.log(`${check.name.padEnd(14)}${check.about}`)
} else {
  process.exitCode = await main(names)
}

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.filter(name => !checks.some(check => check.name === name))
  if (unknown.length > 0) {
    console.error(`No check is called ${unknown.join(', ')}. Known: ${checks.map(check => check.name).join(', ')}.`)
    return 1
  }
  const chosen = wanted.length === 0 ? checks : checks.filter(check => wanted.includes(check.name))
  const reports = await runChecks(chosen, { onReport: printReport })
  printTable(reports)
  const passed = sum(reports.map(report => report.outcome.passed))
  const failed = sum(reports.map(report => report.outcome.failed))
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

function printReport({ check, outcome, seconds }: Report): void {
  if (outcome.failed === 0) return console.log(`${check.name}: ok (${seconds.toFixed(1)} s)`)
  console.log(`\n── ${check.name} failed: ${check.about}\n${outcome.details}\n`)
}

function printTable(reports: readonly Report[]): void {
  const width = Math.max(...reports.map(report => report.check.name.length))
  console.log()
  for (const { check, outcome, seconds } of reports) {
    const verdict = outcome.failed === 0 ? 'ok    ' : 'failed'
    console.log(
      `${check.name.padEnd(width)}  ${verdict}  ${seconds.toFixed(1).padStart(6)} s  ${outcome.note ?? ''}`.trimEnd(),
    )
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
