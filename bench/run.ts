// npm run bench [-- names of suites] [--json]: measures us, the floor and the peers side by side.
import process from 'node:process'
import { parseArgs } from 'node:util'
import { ProcessBench } from './measure/bench.ts'
import { describeMachine, loadAverage } from './measure/machine.ts'
import { isMet, markdown, type Report } from './report.ts'
import type { Row } from './suite.ts'
import { loadSuite, suiteNames, type SuiteName } from './suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
})

const unknown = positionals.filter(name => !(suiteNames as readonly string[]).includes(name))
if (values.help || unknown.length > 0) {
  const problem = unknown.map(name => `There is no suite \`${name}\`.\n`).join('')
  console.error(`${problem}npm run bench [-- <suite> …] [--json]\nSuites: ${suiteNames.join(', ')}`)
  process.exit(values.help ? 0 : 1)
}

const report = await measure(positionals.length === 0 ? suiteNames : (positionals as SuiteName[]))
console.log(values.json ? JSON.stringify(report, null, 2) : markdown(report))

async function measure(names: readonly SuiteName[]): Promise<Report> {
  const start = performance.now()
  const loadBefore = loadAverage()
  const rows: Row[] = []
  const bench = await ProcessBench.start()
  try {
    for (const name of names) {
      console.error(`${name} …`)
      rows.push(...(await (await loadSuite(name)).measure(bench)))
    }
  } finally {
    bench.end()
  }
  return {
    machine: describeMachine(),
    load: [loadBefore, loadAverage()],
    tookS: Math.round((performance.now() - start) / 1000),
    rows: rows.map(row => ({ ...row, met: isMet(row) })),
  }
}
