import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { layerProblems } from './rules.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** What the checker says of a repository of these files; the manifest of the agent package is there already. */
function problemsOf(files: Readonly<Record<string, string>>): string[] {
  const repository = mkdtempSync(join(tmpdir(), 'tenon-layers-'))
  folders.push(repository)
  const manifest = { name: 'tenon', dependencies: { '@standard-schema/spec': '1' }, peerDependencies: { openai: '6' } }
  const all = { 'packages/agent/package.json': JSON.stringify(manifest), ...files }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(join(repository, dirname(path)), { recursive: true })
    writeFileSync(join(repository, path), content)
  }
  return layerProblems(repository)
}

/** The same for files below packages/agent/src. */
function agentProblemsOf(files: Readonly<Record<string, string>>): string[] {
  return problemsOf(
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`packages/agent/src/${path}`, text])),
  )
}

describe('layers of the agent package', () => {
  it('lets a layer import itself and those below', () => {
    const problems = agentProblemsOf({
      'index.ts': `export * from './agent/agent.ts'\nexport * from './models/providers.ts'`,
      'models/providers.ts': `export const providers = { bedrock: () => import('./bedrock/index.ts') }`,
      'agent/agent.ts': `import { tool } from '../tools/tool.ts'\nexport const agent = tool`,
      'tools/tool.ts': `import type { Part } from '../messages/part.ts'\nexport const tool = (part: Part) => part`,
      'messages/part.ts': `export type Part = string`,
      'models/bedrock/index.ts': `import { request } from './request.ts'\nexport default request`,
      'models/bedrock/request.ts': `import type { Part } from '../../messages/part.ts'\nexport const request = (p: Part) => p`,
    })
    expect(problems).toEqual([])
  })

  it('rejects an import upwards, of values and of types', () => {
    const problems = agentProblemsOf({
      'util/text.ts': `import type { Part } from '../messages/part.ts'\nexport type Text = Part`,
      'messages/part.ts': `import { tool } from '../tools/tool.ts'\nexport type Part = typeof tool`,
      'tools/tool.ts': `export const tool = 1`,
      'agent/agent.ts': `export { providers } from '../models/providers.ts'`,
      'models/providers.ts': `export const providers = {}`,
    })
    expect(problems).toEqual([
      'packages/agent/src/agent/agent.ts:1 imports models/providers.ts: layer 3 loop may not import layer 5 assembly',
      'packages/agent/src/messages/part.ts:1 imports tools/tool.ts: layer 1 data may not import layer 2 contracts',
      'packages/agent/src/util/text.ts:1 imports messages/part.ts: layer 0 util may not import layer 1 data',
    ])
  })

  it('rejects an import upwards that is hidden in a call or in a type', () => {
    const problems = agentProblemsOf({
      'util/a.ts': `export const load = () => import('../agent/agent.ts')`,
      'util/b.ts': `export type A = import('../agent/agent.ts').Agent`,
      'agent/agent.ts': `export interface Agent {}`,
    })
    expect(problems).toHaveLength(2)
  })

  it('rejects an edge that imports another edge, but for the pairs of the table', () => {
    const problems = agentProblemsOf({
      'models/bedrock/index.ts': `export { model } from '../openai/model.ts'`,
      'models/azure/index.ts': `export { model } from '../openai/model.ts'`,
      'models/groq/index.ts': `export { model } from '../openai-compatible/index.ts'`,
      'models/openai/model.ts': `export const model = 1`,
      'models/openai-compatible/index.ts': `export const model = 1`,
      'otel/spans.ts': `export { double } from '../testing/double.ts'`,
      'testing/double.ts': `export const double = 1`,
    })
    expect(problems).toEqual([
      'packages/agent/src/models/bedrock/index.ts:1 imports models/openai/model.ts: an edge may not import another edge',
      'packages/agent/src/otel/spans.ts:1 imports testing/double.ts: an edge may not import another edge',
    ])
  })

  it('rejects a provider that imports the loop, and lets the test doubles import it', () => {
    const problems = agentProblemsOf({
      'models/bedrock/index.ts': `export { agent } from '../../agent/agent.ts'`,
      'testing/double.ts': `export { agent } from '../agent/agent.ts'`,
      'agent/agent.ts': `export const agent = 1`,
    })
    expect(problems).toEqual([
      'packages/agent/src/models/bedrock/index.ts:1 imports agent/agent.ts: the loop calls this edge, the edge may not import the loop',
    ])
  })

  it('rejects Node modules, Node globals and optional packages outside the edges', () => {
    const problems = agentProblemsOf({
      'util/hash.ts': `import { createHash } from 'node:crypto'\nexport const hash = createHash`,
      'util/types.ts': `export type Http = typeof import('node:http')`,
      'util/env.ts': `export const region = process.env.REGION\nexport const bytes = Buffer.from('')`,
      'schema/schema.ts': `import type { StandardSchemaV1 } from '@standard-schema/spec'\nexport type Schema = StandardSchemaV1`,
      'models/model.ts': `import type OpenAI from 'openai'\nexport type Model = OpenAI`,
      'models/openai/model.ts': `import { hostname } from 'node:os'\nexport default [() => import('openai'), hostname, process]`,
    })
    expect(problems).toEqual([
      'packages/agent/src/models/model.ts:1 imports openai: only an edge may import a package that users install themselves',
      'packages/agent/src/util/env.ts:1 uses `process`, which only Node has; only an edge may',
      'packages/agent/src/util/env.ts:2 uses `Buffer`, which only Node has; only an edge may',
      "packages/agent/src/util/hash.ts:1 imports node:crypto: only an edge may use Node's own modules",
    ])
  })

  it('rejects an edge that needs an optional package just to load', () => {
    const problems = agentProblemsOf({
      'models/openai/model.ts': `import OpenAI from 'openai'\nexport default OpenAI`,
      'models/openai/request.ts': `import type OpenAI from 'openai'\nexport type Request = OpenAI`,
      'models/openai/client.ts': `export const load = () => import('openai')`,
    })
    expect(problems).toEqual([
      'packages/agent/src/models/openai/model.ts:1 imports openai when it loads: await import() it where it is used, and name the package when it is missing',
    ])
  })

  it('takes a property, a type or a local of the same name for what it is', () => {
    const problems = agentProblemsOf({
      'util/a.ts': `export const run = (task: { process: number; module: string }) => task.process + task.module.length`,
      'util/b.ts': `export function walk(process: (n: number) => void) { process(1) }`,
      'util/c.ts': `export const table = { global: 1 }\nexport interface X { require(): void }`,
    })
    expect(problems).toEqual([])
  })

  it('rejects a folder that is in no layer', () => {
    expect(agentProblemsOf({ 'helpers/misc.ts': `export const x = 1` })).toEqual([
      'packages/agent/src/helpers/misc.ts is in no layer: add its folder to scripts/checks/layers/table.ts',
    ])
  })

  it('leaves tests alone', () => {
    const problems = agentProblemsOf({
      'util/text.test.ts': `import { agent } from '../agent/agent.ts'\nimport 'node:fs'\nagent()`,
      'agent/agent.ts': `export const agent = () => {}`,
    })
    expect(problems).toEqual([])
  })
})

describe('circles', () => {
  it('rejects a circle of value imports and shows it', () => {
    const problems = agentProblemsOf({
      'util/a.ts': `import { b } from './b.ts'\nexport const a = b`,
      'util/b.ts': `import { c } from './c.ts'\nexport const b = c`,
      'util/c.ts': `export { a as c } from './a.ts'`,
    })
    expect(problems).toEqual([
      'packages/agent/src: value imports form a circle: util/a.ts → util/b.ts → util/c.ts → util/a.ts',
    ])
  })

  it('counts `import { type X }`, which stays in the built file, and a lazy import', () => {
    const inlineType = {
      'util/a.ts': `import { type B } from './b.ts'\nexport type A = B`,
      'util/b.ts': `export * from './a.ts'\nexport type B = 1`,
    }
    const lazy = {
      'util/a.ts': `export const load = () => import('./b.ts')`,
      'util/b.ts': `export { load } from './a.ts'`,
    }
    expect(agentProblemsOf(inlineType)).toHaveLength(1)
    expect(agentProblemsOf(lazy)).toHaveLength(1)
  })

  it('allows a circle of types', () => {
    const problems = agentProblemsOf({
      'util/a.ts': `import type { B } from './b.ts'\nexport interface A { b: B }`,
      'util/b.ts': `import type { A } from './a.ts'\nexport interface B { a: A }`,
    })
    expect(problems).toEqual([])
  })

  it('is looked for in every package', () => {
    const problems = problemsOf({
      'packages/graph/package.json': JSON.stringify({ name: '@tenon/graph' }),
      'packages/graph/src/a.ts': `import './b.ts'`,
      'packages/graph/src/b.ts': `import './a.ts'`,
    })
    expect(problems).toEqual(['packages/graph/src: value imports form a circle: a.ts → b.ts → a.ts'])
  })
})

describe('packages', () => {
  const graph = { 'packages/graph/package.json': JSON.stringify({ name: '@tenon/graph' }) }

  it('rejects a package that reaches into another one', () => {
    const problems = problemsOf({
      ...graph,
      'packages/graph/src/index.ts': `export * from '../../agent/src/util/text.ts'`,
      'packages/agent/src/util/text.ts': `export const text = 1`,
    })
    expect(problems).toEqual([
      'packages/graph/src/index.ts:1 imports packages/agent/src/util/text.ts, outside its own src',
    ])
  })

  it('rejects a test that reaches into another package', () => {
    const problems = problemsOf({
      ...graph,
      'packages/graph/src/index.test.ts': `import '../../agent/src/util/text.ts'`,
      'packages/graph/test/run.test.ts': `import '../src/index.ts'\nimport '../../agent/src/util/text.ts'`,
    })
    expect(problems).toEqual([
      'packages/graph/src/index.test.ts:1 imports packages/agent/src/util/text.ts, outside its own package',
      'packages/graph/test/run.test.ts:2 imports packages/agent/src/util/text.ts, outside its own package',
    ])
  })

  it('lets a test, and nothing else, use what serves the tests of all packages', () => {
    const problems = problemsOf({
      ...graph,
      'packages/graph/src/index.ts': `import '../../../scripts/test-support/runs.ts'`,
      'packages/graph/src/index.test.ts': `import '../../../scripts/test-support/runs.ts'\nimport '../../../scripts/run.ts'`,
    })
    expect(problems).toEqual([
      'packages/graph/src/index.ts:1 imports scripts/test-support/runs.ts, outside its own src',
      'packages/graph/src/index.test.ts:2 imports scripts/run.ts, outside its own package',
    ])
  })

  it('rejects a package that depends on one it should not know', () => {
    const problems = problemsOf({ ...graph, 'packages/graph/src/index.ts': `export * from 'tenon/testing'` })
    expect(problems).toEqual([
      'packages/graph/src/index.ts:1 imports tenon/testing: @tenon/graph may not depend on tenon',
    ])
  })
})
