/**
 * Runs the tests on the other Nodes of tools/nodes, one after the other, and ends with `N passed, N failed`.
 *
 *   npm run test:nodes            all of them
 *   npm run test:nodes -- node22  this one
 */
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Outcome } from './checks/check.ts'
import { runTests } from './checks/tests.ts'
import { root } from './ensure.mjs'

const folder = join(root, 'tools/nodes/node_modules')
const wanted = process.argv.slice(2)
const nodes = readdirSync(folder)
  .filter(name => existsSync(join(folder, name, 'bin/node')))
  .filter(name => wanted.length === 0 || wanted.includes(name))

if (nodes.length === 0) {
  console.error('No such Node in tools/nodes. They are for Linux on x64; elsewhere, use your version manager.')
  process.exitCode = 1
} else {
  let passed = 0
  let failed = 0
  for (const name of nodes) {
    const outcome = await testOn(name)
    passed += outcome.passed
    failed += outcome.failed
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

async function testOn(name: string): Promise<Outcome> {
  const bin = join(folder, name, 'bin')
  // tests that start `node` of their own must get the same one
  const env = { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` }
  const started = performance.now()
  const outcome = await runTests({ node: join(bin, 'node'), env })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (outcome.failed > 0) console.log(outcome.details)
  console.log(`${name}: ${outcome.failed === 0 ? 'ok' : 'failed'}, ${outcome.note ?? ''} (${seconds} s)`)
  return outcome
}
