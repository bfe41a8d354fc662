import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
let app: string

/** A program that has the package in its node_modules, for only there the compiler refuses a type it cannot name. */
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'tenon-exported-'))
  const own = join(app, 'node_modules/@tenon/graph')
  await cp(join(root, 'packages/graph/src'), join(own, 'src'), { recursive: true })
  await writeFile(
    join(own, 'package.json'),
    JSON.stringify({ name: '@tenon/graph', version: '1.0.0', type: 'module', exports: { '.': './src/index.ts' } }),
  )
  for (const name of ['zod', '@types/node', '@types/pg', '@opentelemetry/api', '@standard-schema/spec']) {
    await mkdir(dirname(join(app, 'node_modules', name)), { recursive: true })
    await symlink(join(root, 'node_modules', name), join(app, 'node_modules', name))
  }
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    lib: ['es2023', 'dom', 'esnext.disposable'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    rewriteRelativeImportExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'out',
    rootDir: '.',
  }
  await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }))
  await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module' }))
})

afterAll(() => rm(app, { recursive: true }))

/** @returns what the compiler complains of */
const compile = async (program: string): Promise<string> => {
  await writeFile(join(app, 'app.ts'), program)
  const args = [join(root, 'node_modules/ts7/bin/tsc'), '-p', app, '--pretty', 'false']
  return new Promise(resolve => {
    execFile(process.execPath, args, (_error, stdout) => resolve(stdout))
  })
}

describe('a program with declarations', () => {
  it('may export whatever the package makes', { timeout: 60_000 }, async () => {
    const complaints = await compile(`
      import { edge, End, graph, graphBuilder, interruptPoint, node, type } from '@tenon/graph'
      import { z } from 'zod'
      type Item = { kind: 'a'; n: number } | { kind: 'b'; s: string }
      export const g = graphBuilder({ name: 'g', state: z.object({ n: z.number() }), input: type<Item[]>() })
      export const items = g.start.map()
      export const one = items.step('one', ({ input }) => input.kind)
      export const collected = one.collect()
      export const joined = g.start.map().step('j', () => 1).join((sum: number, n) => sum + n, { initial: () => 0 })
      export const summed = g.start.map().step('s', () => 1).sum()
      export const raced = g.start.map().step('r', () => 1).race()
      export const first = g.start.map().step('f', () => 1).first(2)
      export const settled = g.start.map().step('t', () => 1).settle()
      export const ignored = g.start.map().step('i', () => 1).ignore()
      export const all = g.start.all({ x: flow => flow.step('x', () => 1), y: flow => flow.step('y', () => 'y') })
      export const both = g.start.broadcast(flow => [flow.step('p', () => 1), flow.step('q', () => 'y')])
      export const switched = items.switch('kind', { a: flow => flow.step('a', () => 1), b: flow => flow.step('b', () => '') })
      export const conditions = items.when(item => item.kind === 'a', flow => flow.step('w', () => 1))
      export const when = items.when
      export const otherwise = conditions.otherwise(flow => flow.step('o', () => ''))
      export const stream = g.start.stream('stream', async function* () { yield 1 })
      export const streamed = stream.map()
      export const transformed = items.transform(({ input }) => input.kind)
      export const declared = g.step('declared', { input: z.string() }, ({ input }) => input)
      export const declaredJoin = g.join('join', { initial: () => 0, item: type<number>() }, (sum, n) => sum + n)
      export const built = g.build()
      export const nested = g.start.subgraph('sub', built)
      export const run = built.iter({ input: [], state: { n: 1 } })
      export const outcome = built.run({ input: [], state: { n: 1 } })
      export const history = built.history('r')
      export const point = interruptPoint('p', { payload: z.string(), resume: z.string().transform(Number) })
      export class Only extends node('Only', z.object({ n: z.number() })) {
        static next = () => [edge(End<number>, 'found')]
        async run() { return new End(this.n) }
      }
      export const classes = graph({ name: 'c', nodes: [Only] })
      export const classRun = classes.iter(new Only({ n: 1 }))
    `)
    expect(complaints).toBe('')
  })
})
