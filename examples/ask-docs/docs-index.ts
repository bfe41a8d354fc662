import { readdir, readFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import MiniSearch from 'minisearch'
import { splitByHeading } from './split-by-heading.ts'

/** A section of a page. */
export interface Passage {
  /** Relative to the repository, such as `docs/tour.md`. */
  readonly path: string
  /** The headings it stands under, outermost first. */
  readonly heading: string
  /** Markdown. */
  readonly text: string
}

/** README.md and the pages under docs/, searchable by section. */
export class DocsIndex {
  readonly #passages: readonly Passage[]
  readonly #pages: ReadonlyMap<string, string>
  readonly #search = new MiniSearch<Passage & { id: number }>({
    fields: ['heading', 'text', 'path'],
    processTerm: stem,
    searchOptions: { boost: { heading: 3 }, prefix: term => term.length > 3 },
  })

  constructor(pages: ReadonlyMap<string, string>) {
    this.#pages = new Map([...pages].map(([path, text]) => [path, oneLine(text)]))
    this.#passages = [...pages].flatMap(([path, text]) => splitByHeading(text).map(section => ({ path, ...section })))
    this.#search.addAll(this.#passages.map((passage, id) => ({ id, ...passage })))
  }

  /** @param root of the repository, absolute */
  static async load(root: string): Promise<DocsIndex> {
    const below = await readdir(join(root, 'docs'), { recursive: true })
    const docs = below.filter(path => path.endsWith('.md')).map(path => `docs/${path.replaceAll(sep, '/')}`)
    const paths = ['README.md', ...docs.toSorted()]
    return new DocsIndex(
      new Map(await Promise.all(paths.map(async path => [path, await readFile(join(root, path), 'utf8')] as const))),
    )
  }

  get size(): number {
    return this.#passages.length
  }

  /** The passages that fit the query best, best first. */
  search(query: string, limit: number): Passage[] {
    const found = this.#search.search(query).slice(0, limit)
    // what fits far worse than the best only distracts
    const least = (found[0]?.score ?? 0) / 4
    return found.flatMap(({ id, score }) => (score < least ? [] : (this.#passages[Number(id)] ?? [])))
  }

  /** Whether a page holds these words, wherever its lines break. */
  holds(path: string, quote: string): boolean {
    const wanted = oneLine(quote)
    return wanted !== '' && (this.#pages.get(path)?.includes(wanted) ?? false)
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

const stopWords = new Set(
  'a an and are can do does for from happen happens how i in is it my of on or that the there to use what when where which why with work works you'.split(
    ' ',
  ),
)

/** `streams` and `streaming` meet `stream`; words that are everywhere count for nothing. */
function stem(term: string): string | null {
  const word = term.toLowerCase()
  if (stopWords.has(word)) return null
  return word.length > 4 ? word.replace(/(ing|ed|es|s)$/, '') : word
}
