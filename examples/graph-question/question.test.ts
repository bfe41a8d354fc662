import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'tenon-question-'))
const program = join(folder, 'main.mjs')
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// a process for each call, as at a terminal; on the sources of the package
beforeAll(async () => {
  await build({
    entryPoints: [here('main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    alias: {
      '@tenon/graph': here('../../packages/graph/src/index.ts'),
      '@tenon/graph/file': here('../../packages/graph/src/file/index.ts'),
    },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
})

const call = async (...answer: string[]) =>
  (
    await run(process.execPath, [program, ...answer], { env: { ...process.env, QUESTION_RUNS: join(folder, 'runs') } })
  ).stdout.trim()

it('asks, waits over processes, and goes on from a journal cut in the middle of a write', async () => {
  expect(await call()).toContain('capital of Latvia')
  expect(await call()).toContain('capital of Latvia')
  expect(await call('Vilnius')).toContain('Which river')
  const journal = join(folder, 'runs', readdirSync(join(folder, 'runs'))[0]!, 'journal.log')
  writeFileSync(journal, readFileSync(journal).subarray(0, -5))
  expect(await call()).toContain('Which river')
  expect(await call('Daugava')).toBe('Right, after 2.')
  expect(await call()).toBe('Right, after 2.')
})
