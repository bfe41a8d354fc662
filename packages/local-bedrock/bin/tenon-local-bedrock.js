#!/usr/bin/env node
// this file exists before the first build, so that npm can link the command when it installs the workspace
import { existsSync } from 'node:fs'

const compiled = new URL('../dist/bin.js', import.meta.url)
if (existsSync(compiled)) await import(compiled.href)
else {
  process.stderr.write('tenon-local-bedrock: not built yet; run `npm run build` in the repository first\n')
  process.exitCode = 1
}
