/** A piece of a Markdown page. */
export interface Section {
  /** The headings it stands under, joined: `Streaming › Structured output`. */
  readonly heading: string
  readonly text: string
}

/** Cuts a Markdown page at its headings. A `#` inside a code block is no heading; a section without text is left out. */
export function splitByHeading(markdown: string): Section[] {
  const sections: Section[] = []
  let trail: string[] = []
  let lines: string[] = []
  let fence = ''

  const flush = () => {
    const text = lines.join('\n').trim()
    if (text !== '') sections.push({ heading: trail.join(' › '), text })
    lines = []
  }
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
    if (fence === '') fence = mark
    else if (mark.startsWith(fence)) fence = ''

    const heading = fence === '' ? /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) : null
    if (heading === null) {
      lines.push(line)
      continue
    }
    flush()
    const [, level = '', title = ''] = heading
    trail = [...trail.slice(0, level.length - 1), title]
  }
  flush()
  return sections
}
