import type { Page } from './markdown.ts'

/** A TypeScript file made of a page's code, to be compiled. */
export interface Program {
  /** Relative to the folder of programs. */
  readonly name: string
  readonly text: string
  /** Where each line of `text` stands, such as `docs/tour.md:12`. */
  readonly origin: readonly string[]
}

const languages = new Set(['ts', 'tsx', 'typescript'])

/** Joins a block to the one before it, on the first line of the block. */
const continues = /^\s*\/\/ continues\b/

/** One program for each TypeScript block of a page; a block that starts with `// continues` goes on with the one before. */
export function blockPrograms(page: Page): Program[] {
  const programs: { name: string; lines: string[]; origin: string[] }[] = []
  for (const block of page.blocks.filter(({ language }) => languages.has(language))) {
    const lines = block.code.split('\n')
    const origin = lines.map((_, index) => `${page.path}:${block.line + index}`)
    const before = continues.test(lines[0] ?? '') ? programs.at(-1) : undefined
    if (before === undefined) {
      const extension = block.language === 'tsx' ? 'tsx' : 'ts'
      programs.push({ name: `${page.path.replaceAll('/', '-')}-${block.line}.${extension}`, lines, origin })
    } else {
      before.lines.push(...lines)
      before.origin.push(...origin)
    }
  }
  // without an import or export it would be a script, and its names would be everybody's
  return programs.map(({ name, lines, origin }) => ({ name, text: [...lines, 'export {}', ''].join('\n'), origin }))
}

/** A program that exports every name written like `tenon/testing#TestModel`, so that the compiler looks it up. */
export function symbolPrograms(pages: readonly Page[], packageNames: readonly string[]): Program[] {
  const symbols = pages.flatMap(page =>
    page.spans.flatMap(({ text, line }) => {
      const [, specifier = '', name = ''] = /^((?:@[\w-]+\/)?[\w-]+(?:\/[\w-]+)*)#([A-Za-z_$][\w$]*)/.exec(text) ?? []
      const isOurs = packageNames.some(own => specifier === own || specifier.startsWith(`${own}/`))
      return isOurs ? [{ specifier, name, origin: `${page.path}:${line}` }] : []
    }),
  )
  if (symbols.length === 0) return []
  const lines = symbols.map(({ specifier, name }, index) => `export type { ${name} as s${index} } from '${specifier}'`)
  const text = [...lines, 'export {}', ''].join('\n')
  return [{ name: 'symbols.ts', text, origin: symbols.map(symbol => symbol.origin) }]
}
