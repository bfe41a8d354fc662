import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

interface Manifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>
}

export default defineConfig({
  // tests run on the sources, so a failure points at the line that was written
  resolve: { alias: sourceAliases() },
  test: {
    include: [
      'packages/*/{src,test,conformance}/**/*.test.ts',
      'examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', 'bench/peers/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
})

/** Every export of our packages, such as `tenon/testing`, on its source instead of its built file. */
function sourceAliases() {
  return readdirSync(path('packages')).flatMap(folder => {
    const { name, exports = {} } = JSON.parse(readFileSync(path(`packages/${folder}/package.json`), 'utf8')) as Manifest
    return Object.entries(exports).flatMap(([subpath, target]) => {
      const built = typeof target === 'string' ? target : target.default
      if (!built?.startsWith('./dist/')) return []
      const source = built.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
      return { find: exactly(name + subpath.slice(1)), replacement: path(`packages/${folder}/${source}`) }
    })
  })
}

function exactly(specifier: string): RegExp {
  return new RegExp(`^${specifier.replace(/[.+?^${}()|[\]\\]/g, '\\$&')}$`)
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
