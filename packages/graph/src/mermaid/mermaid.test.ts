import { JSDOM } from 'jsdom'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { saveMermaidImage } from '../file/index.ts'
import {
  edge,
  End,
  graph,
  graphBuilder,
  mermaidCode,
  mermaidImage,
  mermaidImageUrl,
  node,
  runColours,
  type,
  type GraphRunContext,
  type Topology,
} from '../index.ts'

/** What mermaid understood of a diagram. */
interface Understood {
  getRelations(): readonly unknown[]
  getStates(): Map<string, { readonly note?: { readonly text: string } }>
}

let parse: (code: string) => Promise<unknown>
let understand: (code: string) => Promise<Understood>
beforeAll(async () => {
  // mermaid looks for these when it is imported
  const { window } = new JSDOM('')
  Object.assign(globalThis, { window, document: window.document })
  const { default: mermaid } = await import('mermaid')
  parse = code => mermaid.parse(code)
  understand = async code => {
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(code)
    // mermaid's types leave out what each kind of diagram has of its own
    return db as unknown as Understood
  }
}, 60_000)

class Ask extends node('Ask') {
  static next = () => [Answer]
  static note = 'asks a question\n\nof: the <user>; {well}\nend note'
  async run(_ctx: GraphRunContext) {
    return new Answer({ question: '?' })
  }
}
class Answer extends node('Answer', z.object({ question: z.string() })) {
  static next = () => [edge(Ask, 'wrong: "no" -> again'), edge(End<string>, 'right')]
  static label = 'Answer “it” #1; [x] {y} <z>'
  async run(_ctx: GraphRunContext): Promise<Ask | End<string>> {
    return new End(this.question)
  }
}
const qa = graph({ name: 'qa "graph": # 1', nodes: [Ask, Answer] })

const builder = () => {
  const inner = graphBuilder({ name: 'inner', input: type<number>(), output: type<number>() })
  inner.start
    .step('end', ({ input }) => input)
    .step('state', ({ input }) => input)
    .to(inner.end)
  const g = graphBuilder({ name: 'everything', input: type<number[]>(), output: type<number>() })
  g.start
    .label('begin')
    .map({ id: 'each' })
    .step('über-1', ({ input }) => input, { note: 'a note' })
    .subgraph('sub', inner.build(), { label: 'The sub' })
    .sum()
    .when(
      n => n > 3,
      flow => flow.transform(({ input }) => input - 1),
      'many',
    )
    .otherwise(flow => flow.label('few; none').step('few', ({ input }) => input))
    .to(g.end)
  return g.build()
}

describe('mermaid code', () => {
  it('of class nodes', async () => {
    const code = qa.mermaid({
      startNode: Ask,
      direction: 'LR',
      highlightedNodes: [Answer, 'Ask'],
      highlightCss: 'fill:#fff; stroke:red;',
    })
    await parse(code)
    expect(code).toBe(
      [
        '---',
        'title: "qa \\"graph\\": # 1"',
        '---',
        'stateDiagram-v2',
        '  direction LR',
        '  [*] --> Ask',
        '  Ask',
        '  note right of Ask',
        '    asks a question',
        '    of: the #60;user#62;#59; #123;well#125;',
        '    end-note',
        '  end note',
        '  state "Answer #8220;it#8221; #35;1#59; #91;x#93; #123;y#125; #60;z#62;" as Answer',
        '  Ask --> Answer',
        '  Answer --> Ask : wrong#58; #34;no#34; -#62; again',
        '  Answer --> [*] : right',
        '  classDef highlighted fill:#fff,stroke:red',
        '  class Answer highlighted',
        '  class Ask highlighted',
      ].join('\n'),
    )
  })

  it('of a built graph, with forks, joins, choices and subgraphs', async () => {
    const code = builder().mermaid()
    await parse(code)
    for (const line of [
      'state each <<fork>>',
      'state each_join <<join>>',
      '<<choice>>',
      'state "The sub" as sub {',
      ': begin',
      ': many',
      ': few#59; none',
      'note right of',
    ])
      expect(code).toContain(line)
    expect(code).not.toContain('transform')
  })

  it('leaves out what is switched off', async () => {
    const code = qa.mermaid({ title: false, edgeLabels: false, notes: false })
    await parse(code)
    expect(code.startsWith('stateDiagram-v2')).toBe(true)
    expect(code).not.toContain(' : ')
    expect(code).not.toContain('note')
    await parse(builder().mermaid({ expandSubgraphs: false }))
    expect(builder().mermaid({ expandSubgraphs: false })).not.toContain('{')
  })

  it('names unknown nodes in its errors', () => {
    expect(() => qa.mermaid({ startNode: 'Nobody' })).toThrow(/startNode: .*no node "Nobody"/)
    expect(() => qa.mermaid({ highlightedNodes: ['Ask', 'Nobody'] })).toThrow(/highlightedNodes/)
    expect(() => qa.mermaid({ highlightedNodes: 'Ask', highlightCss: 'fill:red\nclick Ask' })).toThrow(TypeError)
  })

  it('is understood whatever names, labels, notes and titles hold', async () => {
    const odd = [
      'end',
      'state',
      'note',
      'class',
      '[*]',
      'a b',
      'a-->b',
      '"',
      "'",
      ';',
      ':',
      '%%',
      '#',
      '{',
      '}',
      '<<fork>>',
      '1',
      '1a',
      'é漢😀',
      'a\nb',
      '\\',
      '`',
      '&amp;',
      '<script>',
      '---',
      'direction',
      'a_b',
      'a.b',
      '__proto__',
      'constructor',
    ]
    const topology: Topology = {
      name: 'odd: "x"\n---\nstateDiagram',
      version: 1,
      nodes: [
        ...odd.map((id, index) => ({
          id,
          kind: 'step' as const,
          label: `${id} ${odd[index + 1] ?? ''}`,
          note: `${id}\nnote ${id}`,
          edges: [{ to: odd[(index + 1) % odd.length]!, label: id }],
        })),
        { id: '$end', kind: 'end', edges: [] },
      ],
    }
    const status = Object.fromEntries(odd.map(id => [`${id}`, 'done' as const]))
    await parse(mermaidCode(topology, { startNode: odd[0]!, highlightedNodes: odd, status }))
    for (const id of odd) {
      const one: Topology = {
        name: id,
        version: 1,
        nodes: [
          { id, kind: 'step', note: id, label: id, edges: [{ to: '$end', label: id }] },
          { id: '$end', kind: 'end', edges: [] },
        ],
      }
      await parse(mermaidCode(one, { startNode: id, title: id }))
    }
  })

  it('the parser would notice', async () => {
    await expect(parse('stateDiagram-v2\n  state "x')).rejects.toThrow()
  })
})

describe('texts that mean something to mermaid', () => {
  const drawing = (label: string, note?: string): Topology => ({
    name: 'g',
    version: 1,
    nodes: [
      { id: 'x', kind: 'step', edges: [{ to: 'y', label }], ...(note === undefined ? {} : { note }) },
      { id: 'y', kind: 'step', edges: [] },
    ],
  })

  it('stay labels', async () => {
    for (const label of ['direction TB', 'go direction LR now', 'Direction   rl', 'direction TBx', '%% not this']) {
      const diagram = await understand(mermaidCode(drawing(label)))
      expect(diagram.getRelations()).toHaveLength(1)
      expect([...diagram.getStates().keys()]).toEqual(['x', 'y'])
    }
    expect(mermaidCode(drawing('in this direction'))).toContain(': in this direction')
  })

  it('stay lines of a note', async () => {
    for (const line of ['%% a comment?', '%%{init: {}}%%', '100 %', 'direction LR']) {
      const diagram = await understand(mermaidCode(drawing('label', `first\n${line}\nlast`)))
      const text = diagram.getStates().get('x')?.note?.text.split('\n') ?? []
      expect(text).toHaveLength(3)
      // mermaid marks the escapes it will show as characters
      expect(text[1]!.replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCharCode(Number(code))).trim()).toBe(line)
    }
  })
})

describe('colours of a run', () => {
  it('follow its events', async () => {
    const colours = runColours()
    const seen: string[] = []
    const app = builder()
    await app.run({
      input: [1, 2],
      onEvent: event => {
        colours.add(event)
        if (event.type === 'task-start') seen.push(app.mermaid({ status: colours.status }))
      },
    })
    expect(seen[0]).toContain('class _ber_1 running')
    for (const code of seen) await parse(code)
    const last = app.mermaid({ status: colours.status })
    await parse(last)
    expect(last).toContain('class _ber_1 done')
    expect(last).not.toMatch(/class .* running/)
  })
})

describe('mermaid images', () => {
  const answer = (body: string, status = 200) => {
    const urls: string[] = []
    return { urls, fetch: async (url: string) => (urls.push(url), new Response(body, { status })) }
  }

  it('have an address with all options', () => {
    const decode = (url: string) => Buffer.from(new URL(url).pathname.split('/')[2]!, 'base64url').toString()
    const png = mermaidImageUrl(qa.topology, {
      imageType: 'png',
      backgroundColor: '!white',
      theme: 'dark',
      width: 100,
      height: 50,
      scale: 2,
    })
    expect(new URL(png).search).toBe('?type=png&bgColor=%21white&theme=dark&width=100&height=50&scale=2')
    expect(decode(png)).toBe(qa.mermaid())
    expect(new URL(mermaidImageUrl(qa.topology)).pathname.startsWith('/img/')).toBe(true)
    expect(new URL(mermaidImageUrl(qa.topology, { imageType: 'svg' })).pathname.startsWith('/svg/')).toBe(true)
    const pdf = new URL(
      mermaidImageUrl(qa.topology, { imageType: 'pdf', pdfFit: true, pdfLandscape: true, pdfPaper: 'a5' }),
    )
    expect([pdf.pathname.slice(0, 5), pdf.search]).toEqual(['/pdf/', '?fit&landscape&paper=a5'])
    expect(() => mermaidImageUrl(qa.topology, { scale: 2 })).toThrow(TypeError)
  })

  it('come from an injected fetch, and an error keeps the body', async () => {
    const good = answer('picture')
    expect(new TextDecoder().decode(await mermaidImage(qa.topology, good))).toBe('picture')
    expect(good.urls[0]).toMatch(/^https:\/\/mermaid\.ink\/img\//)
    await expect(mermaidImage(qa.topology, answer('bad diagram', 400))).rejects.toMatchObject({
      code: 'http',
      status: 400,
      message: expect.stringContaining('bad diagram') as string,
    })
  })

  it('are saved under the type of the file name', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tenon-mermaid-'))
    for (const [name, part] of [
      ['a.svg', '/svg/'],
      ['a.jpg', 'type=jpeg'],
      ['a.png', 'type=png'],
      ['a.pdf', '/pdf/'],
      ['a.other', '/img/'],
    ] as const) {
      const web = answer(name)
      await saveMermaidImage(qa.topology, join(directory, name), web)
      expect(web.urls[0]).toContain(part)
      expect(readFileSync(join(directory, name), 'utf8')).toBe(name)
    }
  })
})
