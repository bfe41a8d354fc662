import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { packages } from '../packages.ts'
import { compileProblems } from './compile.ts'
import { type Page, parsePage } from './markdown.ts'
import { commandProblems, linkProblems, pathProblems } from './names.ts'
import { blockPrograms, symbolPrograms } from './programs.ts'

/** Everything in the pages that is not so: paths, links, scripts, symbols, and code that does not compile. */
export async function docsProblems(repository: string): Promise<string[]> {
  const pages = pagePaths(repository).map(path => parsePage(path, readFileSync(join(repository, path), 'utf8')))
  const byPath = new Map(pages.map(page => [page.path, page]))
  const names = packages(repository).map(({ manifest }) => manifest.name)
  const programs = [...pages.flatMap(blockPrograms), ...symbolPrograms(pages, names)]
  return [
    ...pages.flatMap(page => wordProblems(repository, page, byPath)),
    ...(await compileProblems(repository, programs)),
  ]
}

function wordProblems(repository: string, page: Page, pages: ReadonlyMap<string, Page>): string[] {
  return [
    ...pathProblems(repository, page),
    ...linkProblems(repository, page, pages),
    ...commandProblems(repository, page),
  ]
}

/** The pages a reader is sent to, relative to the repository. */
function pagePaths(repository: string): string[] {
  const single = [
    'README.md',
    'AGENTS.md',
    'CONTRIBUTING.md',
    ...packages(repository).map(({ path }) => `${path}/README.md`),
  ]
  const trees = ['docs', 'examples'].flatMap(folder => pagesBelow(repository, folder))
  return [...single.filter(path => existsSync(join(repository, path))), ...trees]
}

function pagesBelow(repository: string, folder: string): string[] {
  if (!existsSync(join(repository, folder))) return []
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.md') && !path.includes('node_modules'))
    .map(path => `${folder}/${path.replaceAll(sep, '/')}`)
    .toSorted()
}
