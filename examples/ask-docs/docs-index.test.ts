import { describe, expect, it } from 'vitest'
import { DocsIndex } from './docs-index.ts'
import { splitByHeading } from './split-by-heading.ts'

const page = `# Birds

About
birds.

## Small ones

\`\`\`sh
# no heading
\`\`\`

### Wrens ###
Wrens sing.

## Large ones
Storks clatter.
`

describe('a page', () => {
  it('is cut at its headings, and at nothing in its code', () => {
    expect(splitByHeading(page)).toEqual([
      { heading: 'Birds', text: 'About\nbirds.' },
      { heading: 'Birds › Small ones', text: '```sh\n# no heading\n```' },
      { heading: 'Birds › Small ones › Wrens', text: 'Wrens sing.' },
      { heading: 'Birds › Large ones', text: 'Storks clatter.' },
    ])
  })
})

describe('the index', () => {
  const docs = new DocsIndex(new Map([['docs/birds.md', page]]))

  it('finds sections, whatever the form of the word', () => {
    expect(docs.search('Does a wren sing?', 1)).toEqual([
      { path: 'docs/birds.md', heading: 'Birds › Small ones › Wrens', text: 'Wrens sing.' },
    ])
    expect(docs.search('clattering', 5).map(({ heading }) => heading)).toEqual(['Birds › Large ones'])
    expect(docs.search('elephants', 5)).toEqual([])
  })

  it('knows what a page says, wherever its lines break', () => {
    expect(docs.holds('docs/birds.md', 'About birds.')).toBe(true)
    expect(docs.holds('docs/birds.md', 'About fish.')).toBe(false)
    expect(docs.holds('docs/birds.md', ' ')).toBe(false)
    expect(docs.holds('docs/fish.md', 'About birds.')).toBe(false)
  })
})
