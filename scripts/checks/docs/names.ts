import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Page } from './markdown.ts'

/** Files that a page may name though a clone has none: builds, installs and runs make them. */
const made = /(^|\/)(node_modules|dist|coverage|\.cache)(\/|$)/

const fileName = /\.(ts|mts|mjs|js|json|md|yml|yaml|sh|txt)$/

/** Every path in backticks that does not exist. A path is looked for from the repository, the page and each package's `src`. */
export function pathProblems(repository: string, page: Page): string[] {
  const packageFolders = foldersIn(join(repository, 'packages')).map(name => `packages/${name}`)
  const bases = ['.', dirname(page.path), ...packageFolders.flatMap(folder => [folder, `${folder}/src`])]
  const top = new Set(readdirSync(repository))
  return page.spans
    .filter(({ text }) => isPath(text, top))
    .filter(({ text }) => !bases.some(base => exists(repository, normalize(join(base, text)))))
    .map(({ text, line }) => `${page.path}:${line} names \`${text}\`, which does not exist`)
}

/** `packages/agent/src/`, `tsconfig.json` and `models/*\/request.ts` are; `tenon/bedrock`, `a/b` and `<name>/x.ts` are not. */
function isPath(text: string, top: ReadonlySet<string>): boolean {
  if (!/^\.{0,2}\/?[\w.@*-]+(\/[\w.@*-]+)*\/?$/.test(text) || made.test(text)) return false
  const [first = ''] = text.replace(/^\.\//, '').split('/')
  if (!text.includes('/')) return fileName.test(text) && !text.startsWith('*') && !text.startsWith('.')
  return top.has(first) || fileName.test(text) || (text.endsWith('/') && !text.startsWith('/'))
}

function exists(repository: string, path: string): boolean {
  if (!path.includes('*')) return existsSync(join(repository, path))
  const segments = path.split('/').filter(segment => segment !== '')
  const found = segments.reduce<string[]>(
    (folders, segment) =>
      folders.flatMap(folder => {
        const pattern = new RegExp(`^${segment.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
        return namesIn(join(repository, folder))
          .filter(name => pattern.test(name))
          .map(name => join(folder, name))
      }),
    ['.'],
  )
  return found.length > 0
}

/** Every link into this repository that leads nowhere: no such file, or no such heading in it. */
export function linkProblems(repository: string, page: Page, pages: ReadonlyMap<string, Page>): string[] {
  return page.links.flatMap(({ text, line }) => {
    if (/^[a-z][a-z+.-]*:/i.test(text)) return []
    const [path = '', fragment] = decodeURI(text).split('#')
    const target = path === '' ? page.path : normalize(join(dirname(page.path), path))
    if (!existsSync(join(repository, target))) return [`${page.path}:${line} links to ${text}: no such file`]
    const anchors = pages.get(target)?.anchors
    if (fragment === undefined || anchors === undefined || anchors.has(fragment)) return []
    return [`${page.path}:${line} links to ${text}: no such heading`]
  })
}

/** Every `npm run name` that is no script of the root package.json. */
export function commandProblems(repository: string, page: Page): string[] {
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { scripts?: object }
  const scripts = new Set(Object.keys(manifest.scripts ?? {}))
  const shell = page.blocks
    .filter(block => ['', 'sh', 'bash', 'shell', 'console'].includes(block.language))
    .flatMap(block => block.code.split('\n').map((text, index) => ({ text, line: block.line + index })))
  return [...page.spans, ...shell].flatMap(({ text, line }) => {
    const script = /\bnpm run ([\w:-]+)/.exec(text)?.[1]
    return script === undefined || scripts.has(script)
      ? []
      : [`${page.path}:${line} names \`npm run ${script}\`: no such script`]
  })
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // a file, or nothing
  }
}
