import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../util/json.ts'
import { openaiJsonSchemaTransformer } from './schema.ts'

const fit = (schema: JsonSchema, strict?: boolean) => openaiJsonSchemaTransformer.transform(schema, strict)
const object = (properties: JsonSchema, more: JsonSchema = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more,
})

describe('openaiJsonSchemaTransformer', () => {
  it('closes objects and infers strictness', () => {
    expect(fit(object({ a: { type: 'string', title: 'A' } }))).toEqual({
      schema: object({ a: { type: 'string' } }, { additionalProperties: false }),
      isStrictCompatible: true,
    })
  })

  it.each([
    ['an optional property', { type: 'object', properties: { a: {} }, required: [] }],
    ['a default', object({ a: { type: 'string', default: 'x' } })],
    ['an open object', object({}, { additionalProperties: { type: 'string' } })],
    ['a length', object({ a: { type: 'string', minLength: 1 } })],
    ['an unknown format', object({ a: { type: 'string', format: 'uri' } })],
    ['a lookahead', object({ a: { type: 'string', pattern: 'a(?=b)' } })],
    ['oneOf', object({ a: { oneOf: [{ type: 'string' }] } })],
    ['a list of anything', object({ a: { type: 'array', items: {} } })],
  ] as const)('does not take %s for strict', (_, schema) => {
    expect(fit(schema).isStrictCompatible).toBe(false)
  })

  it('takes an escaped parenthesis before `?=` for what it is', () => {
    expect(fit(object({ a: { type: 'string', pattern: String.raw`\(?=b` } })).isStrictCompatible).toBe(true)
  })

  it('makes it fit when strict is asked for', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', format: 'uri', minLength: 1, description: 'Link', default: 'x' },
        b: { oneOf: [{ type: 'string' }, { type: 'null' }] },
        c: { $ref: '#/$defs/C', description: 'see C' },
      },
      $defs: { C: { type: 'object' } },
    }
    expect(fit(schema, true)).toEqual({
      schema: {
        type: 'object',
        properties: {
          a: { type: 'string', description: 'Link (minLength=1, format=uri)' },
          b: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          c: { description: 'see C', anyOf: [{ $ref: '#/$defs/C' }] },
        },
        required: ['a', 'b', 'c'],
        additionalProperties: false,
        $defs: { C: { type: 'object', properties: {}, required: [], additionalProperties: false } },
      },
      isStrictCompatible: true,
    })
    expect(() => fit(object({ a: { type: 'array', items: {} } }), true)).toThrow(/what its items are/)
  })

  it('puts the root in place of a reference to it', () => {
    const node = object({ next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } })
    const { schema } = fit({ $ref: '#/$defs/Node', $defs: { Node: node } })
    expect(schema).toMatchObject({ type: 'object', properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } } })
    expect(schema).not.toHaveProperty('$ref')
  })
})
