import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, expect, it } from 'vitest'

// What an editor shows for the words marked with `/*?*/`, taken from the compiler's own language service.
const programs = {
  hello: `
    const /*?*/hello = agent({ model: 'test' })
    const { /*?*/output } = await hello.run('hi')`,
  'deps of two tools': `
    const support = agent({ model: 'test', tools: [search, whoami], instructions: ctx => ctx./*?*/deps.userId })
    export const /*?*/same = support`,
  'a union of outputs': `
    const /*?*/judge = agent({ model: 'test', output: [Answer, Escalate, text, null] })
    const { /*?*/output } = await judge.run('hi')`,
  'an output function': `
    const counter = agent({
      model: 'test',
      output: outputTool({ schema: Answer, run: async (/*?*/answer, ctx: RunContext<{ db: Db }>) => ctx./*?*/deps.db.query(answer.text) }),
    })
    export const /*?*/same = counter`,
  'a kit': `
    const app = kit<{ db: Db; userId: string }>()
    const /*?*/rows = app.tool({ name: 'rows', input: Answer, run: ({ text }, ctx) => ctx./*?*/deps.db.query(text) })
    const /*?*/helper = app.agent({ model: 'test', tools: [rows, whoami], output: Escalate })`,
  'a stream': `
    const report = agent({ model: 'test', output: Answer })
    const /*?*/stream = report.stream('hi')
    for await (const /*?*/partial of stream.partials()) partial.text?.trim()
    const /*?*/output = await stream.output`,
} as const

const prelude = `
import { agent, kit, outputTool, text, tool, type RunContext } from '../../src/index.ts'
import { z } from 'zod'
interface Db { query(q: string): Promise<string[]> }
const search = tool({ name: 'search', input: z.object({ q: z.string() }), run: ({ q }, ctx: RunContext<{ db: Db }>) => ctx.deps.db.query(q) })
const whoami = tool({ name: 'whoami', input: z.object({}), run: (_, ctx: RunContext<{ userId: string }>) => ctx.deps.userId })
const Answer = z.object({ text: z.string(), score: z.number().default(1) })
const Escalate = z.object({ to: z.string() })
`

const folder = dirname(fileURLToPath(import.meta.url))
const mark = '/*?*/'
let hovers: Map<string, readonly string[]>

beforeAll(() => {
  const sources = new Map(
    Object.entries(programs).map(([name, body]) => [
      join(folder, `${name.replaceAll(' ', '-')}.hover.ts`),
      prelude + body,
    ]),
  )
  const service = ts.createLanguageService(host(sources))
  hovers = new Map(
    [...sources].map(([file, source], index) => [Object.keys(programs)[index]!, hoversOf(service, file, source)]),
  )
}, 60_000)

function host(sources: ReadonlyMap<string, string>): ts.LanguageServiceHost {
  const configFile = join(folder, '../../../../tsconfig.check.json')
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} },
  )
  return {
    getScriptFileNames: () => [...sources.keys()],
    getScriptVersion: () => '1',
    getScriptSnapshot: name => {
      const text = sources.get(name) ?? (ts.sys.fileExists(name) ? readFileSync(name, 'utf8') : undefined)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => folder,
    // the types of Node are not needed, and large
    getCompilationSettings: () => ({ ...config?.options, types: [] }),
    getDefaultLibFileName: options => ts.getDefaultLibFilePath(options),
    fileExists: name => sources.has(name) || ts.sys.fileExists(name),
    readFile: name => sources.get(name) ?? ts.sys.readFile(name),
    readDirectory: (...args) => ts.sys.readDirectory(...args),
    directoryExists: name => ts.sys.directoryExists(name),
    getDirectories: name => ts.sys.getDirectories(name),
  }
}

function hoversOf(service: ts.LanguageService, file: string, source: string): readonly string[] {
  const problems = service
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  if (problems.length > 0) return problems
  const found: string[] = []
  for (let at = source.indexOf(mark); at >= 0; at = source.indexOf(mark, at + 1)) {
    const { displayParts = [] } = service.getQuickInfoAtPosition(file, at + mark.length) ?? {}
    found.push(
      displayParts
        .map(part => part.text)
        .join('')
        .replaceAll(/\s+/g, ' '),
    )
  }
  return found
}

it('shows readable types', () => {
  expect(Object.fromEntries(hovers)).toMatchInlineSnapshot(`
    {
      "a kit": [
        "const rows: Tool<{ db: Db; userId: string; }, "rows", { text: string; score: number; }, string[]>",
        "(property) RunContext<{ db: Db; userId: string; }>.deps: { db: Db; userId: string; }",
        "const helper: Agent<{ db: Db; userId: string; }, { to: string; }, ModelId>",
      ],
      "a stream": [
        "const stream: AgentStream<{ text: string; score: number; }>",
        "const partial: { readonly text?: string | undefined; readonly score?: number | undefined; }",
        "const output: { text: string; score: number; }",
      ],
      "a union of outputs": [
        "const judge: Agent<unknown, string | { text: string; score: number; } | { to: string; } | null, ModelId>",
        "const output: string | { text: string; score: number; } | { to: string; } | null",
      ],
      "an output function": [
        "(parameter) answer: { text: string; score: number; }",
        "(property) RunContext<{ db: Db; }>.deps: { db: Db; }",
        "const same: Agent<{ db: Db; }, string[], ModelId>",
      ],
      "deps of two tools": [
        "(property) RunContext<NoInfer<{ db: Db; } & { userId: string; }>>.deps: { db: Db; } & { userId: string; }",
        "const same: Agent<{ db: Db; } & { userId: string; }, string, ModelId>",
      ],
      "hello": [
        "const hello: Agent<unknown, string, ModelId>",
        "const output: string",
      ],
    }
  `)
})

it('shows short types that hide nothing', () => {
  for (const shown of [...hovers.values()].flat()) {
    expect(shown.length, shown).toBeLessThanOrEqual(120)
    expect(shown).not.toMatch(/\bany\b/)
    expect(shown).not.toContain('...')
  }
})
