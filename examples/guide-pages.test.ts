import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalBedrock, type LocalBedrock } from '@tenon/local-bedrock'
import { afterAll, beforeAll, describe, it, vi } from 'vitest'
import { parsePage } from '../scripts/checks/docs/markdown.ts'
import { blockPrograms } from '../scripts/checks/docs/programs.ts'
import { root } from './test-support/run-example.ts'

const pages = ['README.md', ...readdirSync(join(root, 'docs/guide')).map(name => `docs/guide/${name}`)]
// a program that begins with `// needs` tells the reader what it takes besides a model, and is only compiled
const programs = pages
  .flatMap(path => blockPrograms(parsePage(path, readFileSync(join(root, path), 'utf8'))))
  .filter(({ text }) => !text.startsWith('// needs'))

/** Every program of the guide, as it stands: it has to run to its end. What it imports is the sources, as in all tests. */
describe('the code of the pages runs', () => {
  let bedrock: LocalBedrock
  let folder: string

  beforeAll(async () => {
    bedrock = await startLocalBedrock()
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', bedrock.url)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', undefined)
    vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
    vi.spyOn(console, 'log').mockImplementation(() => {})
    vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    // inside the repository, because a package is looked for in the folders above
    mkdirSync(join(root, '.cache'), { recursive: true })
    folder = mkdtempSync(join(root, '.cache/guide-'))
    for (const { name, text } of programs) writeFileSync(join(folder, name), text)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    rmSync(folder, { recursive: true, force: true })
    await bedrock.close()
  })

  it.each(programs.map(({ origin, name }) => [origin[0] ?? name, name] as const))('%s', async (_origin, name) => {
    await import(join(folder, name))
  })
})
