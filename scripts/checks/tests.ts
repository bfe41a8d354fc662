import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { root } from '../ensure.mjs'
import type { Check, Outcome } from './check.ts'
import { type CommandOptions, runTool } from './command.ts'

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export const tests: Check = {
  name: 'tests',
  about: 'every test passes',
  // tests that start the built commands need them built
  after: ['build'],
  lanes: 2,
  run: () => runTests(),
}

/** Runs vitest; counts its tests, and a file that could not be loaded as one failed test. */
export async function runTests(options: CommandOptions = {}): Promise<Outcome> {
  const reportFile = join(root, `.cache/vitest-${process.pid}.json`)
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
    const { code, output } = await runTool('vitest', args, options)
    return testOutcome(readReport(reportFile), code, failuresIn(output))
  } finally {
    rmSync(reportFile, { force: true })
  }
}

function testOutcome(report: VitestReport | undefined, code: number, output: string): Outcome {
  if (report === undefined) return { passed: 0, failed: 1, details: output, note: 'vitest wrote no report' }
  const unloaded = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  const failed = report.numFailedTests + unloaded.length
  // vitest also fails for an error outside any test
  const outside = code !== 0 && failed === 0 ? 1 : 0
  const skipped = report.numPendingTests > 0 ? `, ${report.numPendingTests} skipped` : ''
  const note = `${report.numPassedTests} tests in ${report.testResults.length} files${skipped}`
  return { passed: report.numPassedTests, failed: failed + outside, details: output, note }
}

/** The part of vitest's output from the first failure on; all of it when there is none. */
function failuresIn(output: string): string {
  const lines = output.trim().split('\n')
  const first = lines.findIndex(line =>
    /⎯ (Failed Suites|Failed Tests|Unhandled Errors)/.test(stripVTControlCharacters(line)),
  )
  return lines.slice(Math.max(first, 0)).join('\n')
}

function readReport(file: string): VitestReport | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return undefined
  }
}
