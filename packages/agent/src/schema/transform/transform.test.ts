import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../util/json.ts'
import { embedSchemas, withDefs } from './embed-schemas.ts'
import { inlineDefs } from './inline-defs.ts'
import { inlineRootRef } from './inline-root-ref.ts'
import { keywordsToDescription, withoutKeys } from './keyword-notes.ts'
import { mapSchema } from './map-schema.ts'
import { schemaTransformer } from './schema-transformer.ts'
import { closeAndRequire, closeObject, isClosedAndRequired } from './strict-object.ts'

describe('mapSchema', () => {
  it('visits every sub-schema, and nothing that is data', () => {
    const seen: unknown[] = []
    const node = (n: number) => ({ n })
    mapSchema(
      {
        n: 0,
        properties: { n: node(1), const: node(2), __proto__x: node(3) },
        items: [node(4), true],
        prefixItems: [node(5)],
        anyOf: [node(6), { not: node(7) }],
        additionalProperties: node(8),
        $defs: { A: node(9) },
        definitions: { B: node(10) },
        patternProperties: { '^x': node(11) },
        if: node(12),
        default: node(90),
        const: node(91),
        enum: [node(92)],
        examples: [node(93)],
      },
      schema => {
        if ('n' in schema) seen.push(schema['n'])
        return schema
      },
    )
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('leaves its input alone and keeps a property called __proto__', () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"title":"x","type":"null"}}}') as JsonSchema
    const before = JSON.stringify(schema)
    const result = mapSchema(schema, node => withoutKeys(node, new Set(['title'])))
    expect(JSON.stringify(schema)).toBe(before)
    expect(JSON.stringify(result)).toBe('{"type":"object","properties":{"__proto__":{"type":"null"}}}')
  })
})

describe('inlineDefs', () => {
  it('puts definitions in place, the words beside a reference first', () => {
    expect(
      inlineDefs({
        properties: { a: { $ref: '#/$defs/A', description: 'mine' }, b: { $ref: '#/definitions/B' } },
        $defs: { A: { type: 'string', description: 'theirs' } },
        definitions: { B: { type: 'array', items: { $ref: '#/$defs/A' } } },
      }),
    ).toEqual({
      properties: {
        a: { type: 'string', description: 'mine' },
        b: { type: 'array', items: { type: 'string', description: 'theirs' } },
      },
    })
  })

  it('keeps what refers to itself', () => {
    const tree = { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#/$defs/Tree' } } } }
    expect(inlineDefs({ properties: { t: { $ref: '#/$defs/Tree' } }, $defs: { Tree: tree, Unused: {} } })).toEqual({
      properties: { t: tree },
      $defs: { Tree: tree },
    })
  })

  it('stops before a small schema becomes a huge one', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `d${i}`,
        { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    )
    const result = inlineDefs({ $ref: '#/$defs/d0', $defs: { ...$defs, d30: { type: 'null' } } })
    expect(JSON.stringify(result).length).toBeLessThan(2_000_000)
  })
})

describe('inlineRootRef', () => {
  it('keeps definitions that are still used', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } }
    expect(inlineRootRef({ $ref: '#/$defs/Node', $defs: { Node: node } })).toEqual({ ...node, $defs: { Node: node } })
  })
})

describe('embedSchemas', () => {
  it('shares equal definitions and renames different ones', () => {
    const a = { type: 'object', properties: { p: { $ref: '#/$defs/P' } }, $defs: { P: { type: 'string' } } }
    const b = { type: 'object', properties: { q: { $ref: '#/$defs/P' } }, $defs: { P: { type: 'number' } } }
    const { bodies, defs } = embedSchemas([a, a, b])
    expect(bodies.map(body => JSON.stringify(body['properties']))).toEqual([
      '{"p":{"$ref":"#/$defs/P"}}',
      '{"p":{"$ref":"#/$defs/P"}}',
      '{"q":{"$ref":"#/$defs/P_2"}}',
    ])
    expect(defs).toEqual({ P: { type: 'string' }, P_2: { type: 'number' } })
  })

  it('makes a schema that refers to its own root a definition', () => {
    const list = {
      title: 'List',
      type: 'object',
      properties: { next: { $ref: '#' }, same: { $ref: '#/properties/next' } },
    }
    const { bodies, defs } = embedSchemas([list])
    expect(withDefs({ type: 'object', properties: { response: bodies[0] } }, defs)).toEqual({
      type: 'object',
      properties: { response: { $ref: '#/$defs/List' } },
      $defs: {
        List: {
          ...list,
          properties: { next: { $ref: '#/$defs/List' }, same: { $ref: '#/$defs/List/properties/next' } },
        },
      },
    })
  })
})

describe('strict objects', () => {
  const open = { type: 'object', properties: { a: { type: 'string' } }, required: [] }

  it('are closed, and all their keys required', () => {
    expect(closeObject(open)).toEqual({ ...open, additionalProperties: false })
    expect(closeAndRequire(open)).toEqual({ ...open, additionalProperties: false, required: ['a'] })
    expect(closeAndRequire({ type: 'string' })).toEqual({ type: 'string' })
  })

  it('are recognised', () => {
    expect(isClosedAndRequired(open)).toBe(false)
    expect(isClosedAndRequired(closeAndRequire(open))).toBe(true)
  })
})

describe('schemaTransformer', () => {
  const bounds = new Set(['minimum'])
  const acme = schemaTransformer({
    name: 'acme',
    inlineDefs: true,
    dropKeys: ['title', '$schema'],
    strictness: 'whenAsked',
    node: (node, { strict, refuseStrict }) => {
      if (node['format'] === 'secret') refuseStrict()
      return strict ? closeObject(keywordsToDescription(node, bounds)) : node
    },
  })
  const schema = {
    $schema: 'x',
    title: 'T',
    type: 'object',
    properties: { title: { type: 'integer', minimum: 1, description: 'Page' }, n: { $ref: '#/$defs/N' } },
    $defs: { N: { title: 'N', type: 'integer', minimum: 2 } },
  }

  it('applies a provider’s demands', () => {
    expect(acme.transform(schema, undefined)).toEqual({
      schema: {
        type: 'object',
        properties: { title: { type: 'integer', minimum: 1, description: 'Page' }, n: { type: 'integer', minimum: 2 } },
      },
      isStrictCompatible: false,
    })
    expect(acme.transform(schema, true)).toEqual({
      schema: {
        type: 'object',
        properties: {
          title: { type: 'integer', description: 'Page (minimum=1)' },
          n: { type: 'integer', description: 'minimum=2' },
        },
        additionalProperties: false,
      },
      isStrictCompatible: true,
    })
    expect(acme.transform({ format: 'secret' }, true).isStrictCompatible).toBe(false)
  })

  it('does its work once per schema', () => {
    expect(acme.transform(schema, true)).toBe(acme.transform(schema, true))
    expect(acme.transform(schema, false)).not.toBe(acme.transform(schema, true))
  })
})
