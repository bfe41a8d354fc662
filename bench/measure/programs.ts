import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../../scripts/ensure.mjs'

const bench = join(root, 'bench')
const peers = join(bench, 'peers/node_modules')

/** Where the peers are installed, or not. */
export const hasPeers = existsSync(join(peers, 'ai/package.json'))

/** Turns the processes of the benchmark into plain JavaScript, so that no TypeScript loader takes part in what is measured.
 *  Packages stay outside and are resolved from the folder of the peers, where there is one. Returns a new folder, which the
 *  caller removes. */
export async function buildPrograms(): Promise<string> {
  const cache = hasPeers ? join(peers, '.cache') : join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  const outdir = mkdtempSync(join(cache, 'bench-'))
  const programs = readdirSync(join(bench, 'programs')).map(file => join(bench, 'programs', file))
  await build({
    entryPoints: [join(bench, 'measure/worker.ts'), ...programs],
    outbase: bench,
    outdir,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
  })
  return outdir
}
