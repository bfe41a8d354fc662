import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // tests run on the sources, so a failure points at the line that was written
    alias: [
      { find: /^tenon$/, replacement: source('packages/agent/src/index.ts') },
      { find: /^tenon\/core$/, replacement: source('packages/agent/src/core.ts') },
      { find: /^tenon\/bedrock$/, replacement: source('packages/agent/src/models/bedrock/index.ts') },
      { find: /^tenon\/testing$/, replacement: source('packages/agent/src/testing/index.ts') },
      { find: /^@tenon\/graph$/, replacement: source('packages/graph/src/index.ts') },
      { find: /^@tenon\/graph\/testing$/, replacement: source('packages/graph/src/testing/index.ts') },
      { find: /^@tenon\/local-bedrock$/, replacement: source('packages/local-bedrock/src/index.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**', 'bench/peers/**'],
    testTimeout: 20_000,
    maxWorkers: 2,
  },
})
