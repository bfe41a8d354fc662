import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { docsProblems } from './rules.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const strict = { compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: [] } }

/** A small repository: a package `tenon` that exports `agent`, and the file `packages/agent/src/loop.ts`. */
const repositoryFiles = {
  'package.json': JSON.stringify({ type: 'module', scripts: { bench: 'x' } }),
  'tsconfig.check.json': JSON.stringify(strict),
  'packages/agent/package.json': JSON.stringify({ name: 'tenon' }),
  'packages/agent/src/loop.ts': '',
  'node_modules/tenon/package.json': JSON.stringify({ name: 'tenon', type: 'module', types: './index.d.ts' }),
  'node_modules/tenon/index.d.ts': 'export declare function agent(model: string): { run(): void }\n',
}

/** What the checker says of that repository with these pages in it. */
async function problemsOf(pages: Readonly<Record<string, string>>): Promise<string[]> {
  const repository = mkdtempSync(join(tmpdir(), 'tenon-docs-'))
  folders.push(repository)
  for (const [path, content] of Object.entries({ ...repositoryFiles, ...pages })) {
    mkdirSync(join(repository, dirname(path)), { recursive: true })
    writeFileSync(join(repository, path), content)
  }
  return docsProblems(repository)
}

const fence = '```'
const ts = (...lines: string[]) => [`${fence}ts`, ...lines, fence].join('\n')

describe('paths', () => {
  it('may be named from the repository, from the page, from a package and with *', async () => {
    const page = 'See `packages/agent/src/loop.ts`, `loop.ts`, `packages/*/src/`, `docs/guide.md` and `guide.md`.'
    expect(await problemsOf({ 'docs/tour.md': page, 'docs/guide.md': '' })).toEqual([])
  })

  it('must exist', async () => {
    const page = '# Tour\n\nSee `packages/agent/src/gone.ts`, `gone.ts`, `packages/*/gone/` and `tools/`.'
    expect(await problemsOf({ 'docs/tour.md': page })).toEqual([
      'docs/tour.md:3 names `packages/agent/src/gone.ts`, which does not exist',
      'docs/tour.md:3 names `gone.ts`, which does not exist',
      'docs/tour.md:3 names `packages/*/gone/`, which does not exist',
      'docs/tour.md:3 names `tools/`, which does not exist',
    ])
  })

  it('are told from packages, models, patterns of names and what a build makes', async () => {
    const page =
      '`tenon/bedrock` `@tenon/graph` `bedrock:us.x-v1:0` `*.test.ts` `packages/<name>/x.ts` `packages/agent/dist/index.js` `a/b` `.ts`'
    expect(await problemsOf({ 'README.md': page })).toEqual([])
  })

  it('are not looked for in code blocks', async () => {
    expect(await problemsOf({ 'README.md': `${fence}sh\ncat \`gone.ts\`\n${fence}` })).toEqual([])
  })
})

describe('links', () => {
  it('lead to a file, and to a heading of it', async () => {
    const pages = {
      'README.md': '# Hello\n[tour](docs/tour.md#what-a-tool-is) [here](#hello) [web](https://example.com/x)',
      'docs/tour.md': '## What `a tool` is\n[back](../README.md)',
    }
    expect(await problemsOf(pages)).toEqual([])
  })

  it('that lead nowhere are named', async () => {
    const pages = { 'README.md': '[a](docs/gone.md)\n[b](docs/tour.md#gone)\n[c](#gone)', 'docs/tour.md': '# Tour' }
    expect(await problemsOf(pages)).toEqual([
      'README.md:1 links to docs/gone.md: no such file',
      'README.md:2 links to docs/tour.md#gone: no such heading',
      'README.md:3 links to #gone: no such heading',
    ])
  })
})

describe('commands', () => {
  it('are scripts of package.json', async () => {
    const page = `Try \`npm run bench\`, not \`npm run gone\`.\n\n${fence}sh\nnpm run lost -- x\n${fence}`
    expect(await problemsOf({ 'README.md': page })).toEqual([
      'README.md:1 names `npm run gone`: no such script',
      'README.md:4 names `npm run lost`: no such script',
    ])
  })
})

describe('symbols', () => {
  it('are exports', async () => {
    const problems = await problemsOf({ 'README.md': '`tenon#agent`\n\n`tenon#agnt`' })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^README\.md:3 .*'agnt'/)
  })
})

describe('code', () => {
  it('compiles, every block alone', async () => {
    const block = ts("import { agent } from 'tenon'", "const a = agent('x')", 'a.run()')
    expect(await problemsOf({ 'README.md': `${block}\n\n${block}` })).toEqual([])
  })

  it('that does not compile is named by its line', async () => {
    const page = `# A\n\n${ts("import { agent } from 'tenon'", 'agent(1)')}`
    const problems = await problemsOf({ 'docs/guide/a.md': page })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^docs\/guide\/a\.md:5 error TS2345/)
  })

  it('goes on with the block before when it says so', async () => {
    const first = ts("import { agent } from 'tenon'", "const a = agent('x')")
    const page = `${first}\n\n${ts('// continues', 'a.run()')}\n\n${ts('a.run()')}`
    const problems = await problemsOf({ 'README.md': page })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^README\.md:12 .*'a'/)
  })
})
