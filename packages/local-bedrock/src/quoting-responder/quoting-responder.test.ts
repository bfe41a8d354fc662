import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import type { ConverseCommandInput, Tool } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { clientFor, serverFor } from '../test-support/clients.ts'
import { fillSchema } from './fill-schema.ts'
import type { Facts } from './fill-schema.ts'
import { sentences, words } from './quotes.ts'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const question = 'How do I stream structured output?'
const docs = [
  {
    path: 'docs/streaming.md',
    title: 'Streaming',
    text: 'Agents answer. Structured output can be streamed with `partials()`. It is fast.',
  },
  { path: 'docs/tools.md', title: 'Tools', text: 'A tool is a function. Tools can fail.' },
  { path: 'docs/output.md', title: 'Output', text: 'Output is structured by a schema.' },
]

const searchTool: Tool = {
  toolSpec: {
    name: 'search_docs',
    description: 'Looks in the documentation',
    inputSchema: {
      json: {
        type: 'object',
        properties: { limit: { type: 'integer', minimum: 1 }, query: { type: 'string' } },
        required: ['limit', 'query'],
      },
    },
  },
}
const answerSchema = {
  type: 'object',
  properties: {
    answer: { type: 'string' },
    sources: { type: 'array', items: { $ref: '#/$defs/Source' } },
    confidence: { type: 'number', minimum: 0, maximum: 1 },
    kind: { enum: ['howto', 'stream', 'other'] },
  },
  required: ['answer', 'sources', 'confidence', 'kind'],
  $defs: {
    Source: {
      type: 'object',
      properties: { path: { type: 'string' }, title: { type: 'string' } },
      required: ['path', 'title'],
    },
  },
}
const outputTool: Tool = { toolSpec: { name: 'final_result', inputSchema: { json: answerSchema } } }

const ask = async (input: Omit<ConverseCommandInput, 'modelId'>) => {
  const server = await serverFor()
  return clientFor(server).send(new ConverseCommand({ modelId, ...input }))
}
const user = (text: string) => ({ role: 'user' as const, content: [{ text }] })
const call = {
  role: 'assistant' as const,
  content: [{ toolUse: { toolUseId: 'id1', name: 'search_docs', input: { query: question } } }],
}
const result = (text: string, status?: 'error') => ({
  role: 'user' as const,
  content: [{ toolResult: { toolUseId: 'id1', content: [{ text }], ...(status && { status }) } }],
})
const searched = [user(question), call, result(JSON.stringify({ results: docs }))]

describe('the quoting responder', () => {
  it('calls the search tool with the question, filling what else it requires', async () => {
    const answer = await ask({ messages: [user(question)], toolConfig: { tools: [outputTool, searchTool] } })
    expect(answer.stopReason).toBe('tool_use')
    expect(answer.output?.message?.content?.[0]?.toolUse).toMatchObject({
      name: 'search_docs',
      input: { query: question, limit: 1 },
    })
  })

  it('quotes the best sentence with its true source', async () => {
    const answer = await ask({ messages: searched, toolConfig: { tools: [searchTool] } })
    const text = answer.output?.message?.content?.[0]?.text
    expect(text?.split('\n')[0]).toBe('“Structured output can be streamed with `partials()`.” (docs/streaming.md)')
    expect(text).not.toContain('A tool is a function')
    expect(answer.stopReason).toBe('end_turn')
  })

  it('fills the output tool from the quotes', async () => {
    const answer = await ask({ messages: searched, toolConfig: { tools: [searchTool, outputTool] } })
    expect(answer.output?.message?.content?.[0]?.toolUse).toMatchObject({
      name: 'final_result',
      input: {
        answer: expect.stringContaining('Structured output can be streamed'),
        sources: [
          { path: 'docs/streaming.md', title: 'Streaming' },
          { path: 'docs/output.md', title: 'Output' },
        ],
        confidence: 1,
        kind: 'stream',
      },
    })
  })

  it('writes JSON when the request asks for a JSON schema', async () => {
    const { confidence: _numbersHaveNoRangeHere, ...properties } = answerSchema.properties
    const strict = { additionalProperties: false, required: ['answer', 'sources', 'kind'] }
    const $defs = { Source: { ...answerSchema.$defs.Source, additionalProperties: false } }
    const schema = JSON.stringify({ ...answerSchema, ...strict, properties, $defs })
    const outputConfig = {
      textFormat: { type: 'json_schema' as const, structure: { jsonSchema: { schema, name: 'answer' } } },
    }
    const answer = await ask({ messages: searched, toolConfig: { tools: [searchTool] }, outputConfig })
    expect(JSON.parse(answer.output?.message?.content?.[0]?.text ?? '')).toMatchObject({
      kind: 'stream',
      sources: [{ path: 'docs/streaming.md' }, { path: 'docs/output.md' }],
    })
  })

  it('takes a text after old results as the next question', async () => {
    const next = { role: 'user' as const, content: [...searched[2]!.content, { text: 'Can tools fail?' }] }
    const answer = await ask({ messages: [searched[0]!, call, next], toolConfig: { tools: [searchTool] } })
    expect(answer.output?.message?.content?.[0]?.toolUse?.input).toMatchObject({ query: 'Can tools fail?' })
  })

  it('reads plain text results with Source lines', async () => {
    const text = 'Source: a.md\nCats purr at night.\n\nSource: b.md\nDogs bark. Birds stream songs.'
    const messages = [user('Which birds stream?'), call, result(text)]
    const answer = await ask({ messages, toolConfig: { tools: [searchTool] } })
    expect(answer.output?.message?.content?.[0]?.text).toBe('“Birds stream songs.” (b.md)')
  })

  it.each([
    ['no tools', [user('Hello?')], undefined, 'has no search tool'],
    [
      'nothing that matches',
      [user('quantum?'), call, result('[]')],
      { tools: [searchTool] },
      'nothing they returned matches',
    ],
    ['a failed tool', [user('stream?'), call, result('boom', 'error')], { tools: [searchTool] }, 'search_docs failed'],
  ])('says so plainly with %s', async (_name, messages, toolConfig, said) => {
    const answer = await ask({ messages, toolConfig })
    expect(answer.output?.message?.content?.[0]?.text).toContain(said)
  })

  it('calls the tool that is forced', async () => {
    const tools = [
      searchTool,
      {
        toolSpec: {
          name: 'note',
          inputSchema: { json: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] } },
        },
      },
    ]
    const any = await ask({ messages: searched, toolConfig: { tools, toolChoice: { any: {} } } })
    expect(any.output?.message?.content?.[0]?.toolUse?.name).toBe('note')
    const forced = await ask({ messages: [user('x?')], toolConfig: { tools, toolChoice: { tool: { name: 'note' } } } })
    expect(forced.output?.message?.content?.[0]?.toolUse?.name).toBe('note')
  })
})

describe('fillSchema', () => {
  const quote = { text: 'Water boils at 100 °C.', source: 'https://a.example/x', title: 'Water', score: 1 }
  const facts: Facts = { question: 'When does water boil?', answer: 'Water boils.', quotes: [quote], overlap: 0.5 }

  it.each<[unknown, unknown]>([
    [{ type: 'string' }, 'Water boils.'],
    [{ type: 'string', maxLength: 5 }, 'Water'],
    [{ type: ['null', 'integer'], minimum: 3 }, 3],
    [{ type: 'number', multipleOf: 0.5, minimum: 0.7 }, 1],
    [{ type: 'string', format: 'date' }, '1970-01-01'],
    [{ type: 'integer', exclusiveMinimum: 0 }, 1],
    [{ const: 7 }, 7],
    [{ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, false],
    [{ enum: ['ice', 'water', 'steam'] }, 'water'],
    [{ enum: [1, 2] }, 1],
    [{ type: 'array', items: { type: 'object' }, minItems: 2 }, [{}, {}]],
    [
      {
        type: 'object',
        properties: { url: { type: 'string', format: 'uri' }, rating: { type: 'integer' } },
        required: ['rating'],
      },
      { url: 'https://a.example/x', rating: 0 },
    ],
    [{ type: 'object', properties: { confidence: { type: 'integer', maximum: 10 } } }, { confidence: 5 }],
    [{ allOf: [{ type: 'object', properties: { a: { type: 'boolean' } }, required: ['a'] }] }, { a: false }],
    [{ $ref: '#/$defs/missing' }, 'Water boils.'],
  ])('fills %j', (schema, expected) => {
    expect(fillSchema(schema, facts)).toEqual(expected)
  })

  it('ends on a recursive schema and keeps hostile names harmless', () => {
    const schema = {
      type: 'object',
      properties: JSON.parse('{"__proto__":{"type":"string"},"next":{"$ref":"#"}}') as object,
      required: ['__proto__', 'next'],
    }
    const value = fillSchema(schema, facts)
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value as object)).toEqual(['__proto__', 'next'])
  })
})

describe('sentences and words', () => {
  it('leaves code, headings and tables out', () => {
    const text =
      '# Title\n\nFirst one. Second one!\n\n```ts\nconst x = 1. Then.\n```\n\n- a list item\n- another\n\n| a | b |'
    expect(sentences(text)).toEqual(['First one.', 'Second one!', 'a list item', 'another'])
  })

  it('meets different forms of a word', () => {
    expect(words('streaming streams streamed stream')).toEqual(['stream', 'stream', 'stream', 'stream'])
  })
})
