import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))
// inside the package, so that the bundle finds pg and PGlite
const bundle = fileURLToPath(new URL('../../node_modules/.cache/crash-child.mjs', import.meta.url))

/** One file starts in a tenth of the time a process takes that compiles TypeScript. */
export const buildChild = (): void => {
  mkdirSync(fileURLToPath(new URL('../../node_modules/.cache', import.meta.url)), { recursive: true })
  buildSync({
    entryPoints: [child],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['pg', '@electric-sql/pglite'],
    logLevel: 'error',
  })
}

export interface ChildResult {
  readonly signal: string | null
  readonly code: number | null
  readonly output: string
}

export interface StoreLocation {
  readonly kind: 'file' | 'pglite' | 'postgres'
  readonly location: string
  readonly effects: string
}

/** Runs a child; kills it `killAfterMs` after it has opened its store, if that is given. */
export const runChild = (
  at: StoreLocation,
  args: readonly string[],
  killAfterMs?: number,
  env: Readonly<Record<string, string>> = {},
): Promise<ChildResult> =>
  new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [bundle, at.kind, at.location, at.effects, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    let output = ''
    let isArmed = false
    process_.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (killAfterMs === undefined || isArmed || !output.includes('open\n')) return
      isArmed = true
      setTimeout(() => process_.kill('SIGKILL'), killAfterMs)
    })
    process_.once('error', reject)
    process_.once('exit', (code, signal) => resolve({ signal, code, output }))
  })

export const badLines = (output: string): string[] => output.split('\n').filter(line => line.startsWith('BAD'))
