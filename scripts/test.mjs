// npm test: installs what is missing, then runs every check (the build is one of them).
import process from 'node:process'
import { ensureInstalled, ensureNode, runScript } from './ensure.mjs'

ensureNode()
await ensureInstalled()
await runScript('scripts/check.ts', process.argv.slice(2))
