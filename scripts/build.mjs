/**
 * Builds the packages: declarations and modules by the compiler, declarations that suit every program that reads them,
 * then, for Node, each entry of a package in few files.
 * Node reads some hundred small modules far more slowly than a handful of large ones; bundlers want the small ones.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { finishDeclarations } from './declarations.mjs'

const root = resolve(fileURLToPath(import.meta.url), '../..')

/** Entries that hold nothing of the core. */
const coreless = new Set([join(root, 'packages/agent/dist/models/bedrock/families.js')])

/** What has no ES modules for Node, and no prospect of a second copy that would come with them. */
const commonJs = /^@(aws-sdk|smithy)\//

const compiled = spawnSync(process.execPath, [join(root, 'node_modules/ts7/bin/tsc'), '-b'], {
  cwd: root,
  stdio: 'inherit',
})
if (compiled.status !== 0) process.exit(compiled.status ?? 1)
for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name)
  removeStale(folder)
  await finishDeclarations(join(folder, 'dist'))
  await bundleForNode(folder)
}

/**
 * Removes what the compiler made of sources that are gone: it never does, and a package would carry it.
 * @param {string} folder
 */
function removeStale(folder) {
  const dist = join(folder, 'dist')
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    const [, name] = /^(?!node[/\\])(.*)\.(?:js|d\.ts)(?:\.map)?$/.exec(file) ?? []
    if (name !== undefined && !existsSync(join(folder, 'src', `${name}.ts`))) rmSync(join(dist, file))
  }
}

/**
 * Bundles what the `node` conditions of a package's `exports` name, from what their `default` conditions name.
 * Entries share their common parts, so there is one copy of everything. What the package depends on goes in as well, at the
 * versions it names, with its licenses; what the user installs beside it stays outside.
 * @param {string} folder
 */
async function bundleForNode(folder) {
  const { exports, peerDependencies = {}, devDependencies = {} } = readJson(join(folder, 'package.json'))
  const entries = Object.values(exports).flatMap(entry => (entry.node === undefined ? [] : [entry]))
  if (entries.length === 0) return
  const { build } = await import('esbuild')
  const bundle = join(folder, 'dist/node')
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(entry => ({
      in: join(folder, entry.default),
      out: relative(bundle, join(folder, entry.node)).replace(/\.js$/, ''),
    })),
    outdir: bundle,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: Object.keys({ ...peerDependencies, ...devDependencies }),
    // Comments and blanks are half of what V8 would read, and one sign beyond Latin-1 in them doubles it. Names stay.
    minifyWhitespace: true,
    lineLimit: 160,
    sourcemap: true,
    // ours are in the package
    sourcesContent: false,
    chunkNames: 'chunks/[hash]',
    assetNames: '[name]',
    logLevel: 'warning',
    metafile: true,
    plugins: [
      ...(exports['./core'] === undefined ? [] : [withCore(join(folder, exports['./core'].default))]),
      requiring(Object.keys(peerDependencies).filter(name => commonJs.test(name))),
    ],
  })
  // chunks of earlier builds have other names
  const made = new Set(Object.keys(metafile.outputs).map(path => basename(path)))
  const chunks = join(bundle, 'chunks')
  for (const file of readdirSync(chunks)) if (!made.has(file)) rmSync(join(chunks, file))
  writeFileSync(join(bundle, 'LICENSES.txt'), licensesOf(Object.keys(metafile.inputs)))
}

/**
 * Lets entries load the core first, because nobody uses them without it. All that the core holds is then common to all of
 * them and becomes one file; otherwise there would be one for each set of entries that share something.
 * @param {string} core
 * @returns {import('esbuild').Plugin}
 */
function withCore(core) {
  return {
    name: 'with-core',
    setup(build) {
      build.onResolve({ filter: /^[./]/ }, ({ kind, path, resolveDir }) => {
        const file = resolve(resolveDir, path)
        if (file === core) return { path: core, sideEffects: true }
        const isEntry = kind === 'entry-point' || kind === 'dynamic-import'
        return isEntry && !coreless.has(file) ? { path: file, namespace: 'entry' } : undefined
      })
      build.onLoad({ filter: /./, namespace: 'entry' }, ({ path }) => ({
        contents: `import ${JSON.stringify(core)}\nexport * from ${JSON.stringify(path)}`,
        resolveDir: dirname(path),
      }))
    },
  }
}

/**
 * Lets packages that are imported when first needed be required instead. Before Node imports a CommonJS package it looks
 * through all of its files for names to export, which takes the client of the AWS SDK longer than anything else.
 * The `require` stands in a file of its own, where tools that follow dependencies find it.
 * @param {readonly string[]} names
 * @returns {import('esbuild').Plugin}
 */
function requiring(names) {
  const calls = new RegExp(`\\bimport\\('(${names.join('|')})'\\)`, 'g')
  return {
    name: 'requiring',
    setup(build) {
      build.onResolve({ filter: /^required$/ }, () => ({ path: 'required.cjs', namespace: 'required' }))
      build.onLoad({ filter: /./, namespace: 'required' }, () => ({
        contents: names.map(name => `exports['${name}'] = () => require('${name}')\n`).join(''),
        loader: 'copy',
      }))
      build.onLoad({ filter: /\.js$/, namespace: 'file' }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        if (text.search(calls) < 0) return undefined
        return { contents: text.replace(calls, "import('required').then(packages => packages.default['$1']())") }
      })
    },
  }
}

/**
 * The licenses of the packages among these files.
 * @param {readonly string[]} files relative to the repository
 * @returns {string}
 */
function licensesOf(files) {
  const folders = new Set(files.flatMap(file => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []))
  const texts = [...folders].sort().map(folder => {
    const { name, version, license, author } = readJson(join(root, folder, 'package.json'))
    const file = readdirSync(join(root, folder)).find(name => /^licen[cs]e/i.test(name))
    if (file === undefined && license !== 'MIT') throw new Error(`${name} has no license file: it cannot be bundled.`)
    const text = readFileSync(file === undefined ? join(root, 'LICENSE') : join(root, folder, file), 'utf8').trim()
    // a package that only names its license has the terms of ours, which is the same one
    return `${name} ${version}\n\n${file === undefined ? text.replace(/^Copyright.*$/m, `Copyright ${author}`) : text}\n`
  })
  return `The files beside this one contain parts of other packages.\n\n${texts.join('\n---\n\n')}`
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
