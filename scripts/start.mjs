// npm start -- "question": installs and builds what is missing, then asks the example agent.
import process from 'node:process'
import { ensureBuilt, ensureInstalled, ensureNode, runScript } from './ensure.mjs'

ensureNode()
await ensureInstalled()
await ensureBuilt()
await runScript('examples/ask-docs/main.ts', process.argv.slice(2))
