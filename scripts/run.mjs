// node scripts/run.mjs <command> [arguments]: installs and builds what is missing, then runs one of these.
import { join } from 'node:path'
import process from 'node:process'
import { ensureBuilt, ensureInstalled, ensureNode, fail, root, runScript } from './ensure.mjs'

/** `packages`: a folder with a lockfile of its own, kept out of the workspace because only this command needs it. */
const commands = new Map([
  // some peers ask for a newer Node than they need: a benchmark may try
  ['bench', { entry: 'bench/run.ts', packages: 'bench/peers', npmArguments: ['--engine-strict=false'] }],
  ['conformance', { entry: 'packages/agent/conformance/run.ts' }],
  ['nodes', { entry: 'scripts/test-nodes.ts', packages: 'tools/nodes' }],
])

const [name = '', ...args] = process.argv.slice(2)
const command = commands.get(name)
if (command === undefined) fail(`Unknown command \`${name}\`. Known: ${[...commands.keys()].join(', ')}.`)

ensureNode()
await ensureInstalled()
if (command.packages !== undefined) {
  const { packages, npmArguments = [] } = command
  await ensureInstalled(join(root, packages), { notice: `Installing ${packages} (first run)…`, npmArguments })
}
await ensureBuilt()
await runScript(command.entry, args)
