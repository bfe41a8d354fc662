/** The parts of a Markdown page that the checks read. Lines are 1-based. */
export interface Page {
  /** Relative to the repository, such as `docs/tour.md`. */
  readonly path: string
  readonly blocks: readonly CodeBlock[]
  /** The text of each `code span`, outside code blocks. */
  readonly spans: readonly Found[]
  /** The target of each [link](target), outside code blocks and code spans. */
  readonly links: readonly Found[]
  /** What #fragments of links to this page may say. */
  readonly anchors: ReadonlySet<string>
}

export interface CodeBlock {
  /** The word after the opening fence, such as `ts`; empty when there is none. */
  readonly language: string
  /** The line of the first line of code. */
  readonly line: number
  readonly code: string
}

export interface Found {
  readonly text: string
  readonly line: number
}

export function parsePage(path: string, text: string): Page {
  const blocks: CodeBlock[] = []
  const spans: Found[] = []
  const links: Found[] = []
  const anchors = new Set<string>()
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const fence = /^\s*(`{3,}|~{3,})\s*([\w-]*)/.exec(line)
    if (fence !== null) {
      const end = closingFence(lines, index + 1, fence[1] ?? '```')
      blocks.push({ language: fence[2] ?? '', line: index + 2, code: lines.slice(index + 1, end).join('\n') })
      index = end
      continue
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)
    if (heading !== null) anchors.add(unused(anchors, slugOf(heading[1] ?? '')))
    for (const span of line.matchAll(/(`+)(.+?)\1(?!`)/g)) spans.push({ text: (span[2] ?? '').trim(), line: index + 1 })
    const plain = line.replace(/(`+).+?\1(?!`)/g, '``')
    for (const link of plain.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g))
      links.push({ text: link[1] ?? '', line: index + 1 })
    const definition = /^\s*\[[^\]]+\]:\s+(\S+)/.exec(plain)
    if (definition !== null) links.push({ text: definition[1] ?? '', line: index + 1 })
  }
  return { path, blocks, spans, links, anchors }
}

/** The index of the line that closes a fence; the end of the page when nothing does. */
function closingFence(lines: readonly string[], from: number, opening: string): number {
  const closing = new RegExp(`^\\s*${opening[0] === '~' ? '~' : '`'}{${opening.length},}\\s*$`)
  const found = lines.findIndex((line, index) => index >= from && closing.test(line))
  return found === -1 ? lines.length : found
}

/** The anchor GitHub gives to a heading. */
function slugOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}

/** A heading that comes twice is `x` and `x-1`. */
function unused(anchors: ReadonlySet<string>, slug: string): string {
  let anchor = slug
  for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
  return anchor
}
