import { describe, expect, it } from 'vitest'
import { familyFacts, familyRows, type FamilyFacts } from './families.ts'
import { parseModelId } from './model-id.ts'

function factsOf(id: string): FamilyFacts {
  const { vendor, name } = parseModelId(id)
  return familyFacts({ vendor: vendor!, name: name! })
}

/** The cells that decide what a request looks like, written down a second time: f = a tool may be forced, l = may begin with the
 *  assistant, c = caches messages, C = caches tools, s = status of results, n = native output and strict tools, t = counts tokens,
 *  - = no tools, u = no tools in streams. Then what may stand beside and inside a tool result. */
const matrix = `
anthropic.claude-v2:1                        f l c C s   t -   text image            image document
us.anthropic.claude-3-5-haiku-20241022-v1:0  f l c C s   t     text image            image document
us.anthropic.claude-3-7-sonnet-20250219-v1:0 f l c C s   t     text image            image document
us.anthropic.claude-haiku-4-5-20251001-v1:0  f l c C s n t     text image            image document
us.anthropic.claude-opus-4-1-20250805-v1:0   f l c C s   t     text image            image document
us.anthropic.claude-opus-4-6-v1              f l c C s n t     text image            image document
us.anthropic.claude-opus-4-7                 f l c C s   t     text image            image document
us.anthropic.claude-sonnet-5                 f l c C s   t     text image            image document
us.anthropic.claude-fable-5                    l c C s   t     text image            image document
us.amazon.nova-pro-v1:0                      f   c   s         all                   image csv txt
us.amazon.nova-2-lite-v1:0                   f   c   s         all                   image csv txt
amazon.titan-text-express-v1                         s     -   all                   image
meta.llama3-8b-instruct-v1:0                         s     -   none                  image document
us.meta.llama3-2-1b-instruct-v1:0                    s     -   none                  image document
us.meta.llama3-2-11b-instruct-v1:0                   s     u   none                  image document
meta.llama3-3-70b-instruct-v1:0                      s     u   none                  image document
mistral.mistral-large-2407-v1:0                      s     u   none                  document
mistral.mistral-large-3-675b-instruct                s n       none                  document
mistral.mistral-7b-instruct-v0:2                     s     -   none                  document
deepseek.r1-v1:0                                     s     -   all                   image
deepseek.v3.2                                        s         all                   image
cohere.command-r-plus-v1:0                           s         all                   image
cohere.command-text-v14                              s     -   all                   image
openai.gpt-oss-120b-1:0                              s         all                   image
qwen.qwen3-32b-v1:0                            l     s n       all                   none
google.gemma-3-27b-it                                s n       all                   image
google.gemma-3-4b-it                                 s         all                   image
minimax.minimax-m2                                   s n       all                   image
nvidia.nemotron-nano-9b-v2                           s n       all                   image
nvidia.nemotron-super-3-120b                         s         all                   image
us.writer.palmyra-x5-v1:0                                      none                  image
zai.glm-5                                    f l     s n       all                   image
moonshotai.kimi-k2.5                         f l     s n       all                   none
ai21.jamba-1-5-large-v1:0                            s         all                   image
`

describe('the table of families', () => {
  it('R46 R47 R50: says of each family what was found out about it', () => {
    const lines = matrix.trim().split('\n')
    const described = lines.map(line => {
      const id = line.split(' ')[0]!
      return `${id.padEnd(44)} ${flagsOf(factsOf(id))}`
    })
    expect(described).toEqual(lines)
  })

  it('every row names its source and the day it was read', () => {
    for (const row of familyRows) {
      expect(row.source).toMatch(/^https:\/\//)
      expect(row.read).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    }
  })

  it('is corrected by rows of yours, the last of which wins', () => {
    const row = { vendor: 'meta', source: 'https://example.com', read: '2026-11-23' }
    const member = { vendor: 'meta', name: 'llama9-instruct' }
    expect(familyFacts(member).tools).toBe('unary')
    const corrected = familyFacts(member, [
      { ...row, facts: { tools: false } },
      { ...row, models: name => name.startsWith('llama9'), facts: { tools: true } },
      { ...row, vendor: 'amazon', facts: { hasSystem: false } },
    ])
    expect(corrected).toMatchObject({ tools: true, hasSystem: true, besideToolResult: [] })
  })
})

function flagsOf(facts: FamilyFacts): string {
  const flag = (letter: string, isSet: boolean) => (isSet ? letter : ' ')
  const tools = facts.tools === false ? '-' : facts.tools === 'unary' ? 'u' : ' '
  const flags = [
    flag('f', facts.toolChoice.includes('tool')),
    flag('l', facts.acceptsLeadingAssistant),
    flag('c', facts.cachesMessages),
    flag('C', facts.cachesTools),
    flag('s', facts.hasToolResultStatus),
    flag('n', facts.hasNativeOutput),
    flag('t', facts.countsTokens),
    tools,
  ].join(' ')
  const kinds = ['text', 'image', 'document', 'video'] as const
  const { besideToolResult: beside } = facts
  const besides = beside === 'all' ? ['all'] : kinds.filter(kind => beside.includes(kind))
  const inside = [
    ...kinds.filter(kind => facts.mediaInToolResult.some(item => item === kind)),
    ...facts.documentFormatsInToolResult,
  ]
  return `${flags}   ${(besides.join(' ') || 'none').padEnd(21)} ${inside.join(' ') || 'none'}`
}
