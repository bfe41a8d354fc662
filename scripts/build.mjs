/**
 * Builds the packages: declarations and modules by the compiler, then, for Node, each entry of a package in few files.
 * Node reads some hundred small modules far more slowly than a handful of large ones; bundlers want the small ones.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = resolve(fileURLToPath(import.meta.url), '../..')

const compiled = spawnSync(process.execPath, [join(root, 'node_modules/ts7/bin/tsc'), '-b'], {
  cwd: root,
  stdio: 'inherit',
})
if (compiled.status !== 0) process.exit(compiled.status ?? 1)
for (const name of readdirSync(join(root, 'packages'))) await bundleForNode(join(root, 'packages', name))

/**
 * Bundles what the `node` conditions of a package's `exports` name, from what their `default` conditions name.
 * Entries share their common parts, so there is one copy of everything.
 * @param {string} folder
 */
async function bundleForNode(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = Object.values(exports).flatMap(entry => (entry.node === undefined ? [] : [entry]))
  if (entries.length === 0) return
  const { build } = await import('esbuild')
  const bundle = join(folder, 'dist/node')
  const { metafile } = await build({
    entryPoints: entries.map(entry => ({
      in: join(folder, entry.default),
      out: relative(bundle, join(folder, entry.node)).replace(/\.js$/, ''),
    })),
    outdir: bundle,
    outbase: dirname(bundle),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // dependencies stay what the user installed
    packages: 'external',
    sourcemap: true,
    chunkNames: 'chunks/[hash]',
    logLevel: 'warning',
    metafile: true,
  })
  // chunks of earlier builds have other names
  const made = new Set(Object.keys(metafile.outputs).map(path => basename(path)))
  const chunks = join(bundle, 'chunks')
  for (const file of readdirSync(chunks)) if (!made.has(file)) rmSync(join(chunks, file))
}
