import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { generateData } from './generate-data.ts'

describe('one value', () => {
  it.each<[object, unknown, unknown]>([
    [{ const: 0 }, 0, 0],
    [{ enum: ['a', 'b', 'c'] }, 'a', 'b'],
    [{ type: 'string', examples: ['x', 'y'] }, 'x', 'y'],
    [{ type: 'string' }, 'a', 'b'],
    [{ type: 'string', minLength: 3 }, 'aaa', 'bbb'],
    [{ type: 'string', maxLength: 0 }, '', ''],
    [{ type: 'string', format: 'date' }, '2024-01-01', '2024-01-02'],
    [{ type: 'integer' }, 0, 1],
    [{ type: 'integer', minimum: 5 }, 5, 6],
    [{ type: 'integer', exclusiveMinimum: 5 }, 6, 7],
    [{ type: 'number', maximum: 5 }, 5, 4],
    [{ type: 'integer', minimum: 5, maximum: 5 }, 5, 5],
    [{ type: 'boolean' }, false, true],
    [{ type: 'null' }, null, null],
    [{ type: ['integer', 'null'] }, 0, 1],
    [{}, 'a', 'b'],
    [{ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, null, true],
    [{ oneOf: [{ const: 'x' }, { const: 'y' }] }, 'x', 'y'],
    [{ type: 'array', items: { type: 'integer' } }, [0], [1]],
    [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, [0, 0], [1, 1]],
    [{ type: 'array', items: { type: 'integer' }, minItems: 2, uniqueItems: true }, [0, 1], [1, 2]],
    [{ type: 'array', items: { type: 'integer' }, maxItems: 0 }, [], []],
    [{ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }] }, [0, false], [1, true]],
    [{ type: 'array' }, [], []],
  ])('of %o', (schema, first, second) => {
    expect([generateData({ ...schema }), generateData({ ...schema }, 1)]).toEqual([first, second])
  })
})

describe('objects', () => {
  it('hold what is required, and one additional property where any is welcome', () => {
    const properties = { a: { type: 'integer' }, b: { type: 'integer' } }
    expect(generateData({ type: 'object', properties, required: ['b'] })).toEqual({ b: 0 })
    expect(generateData({ type: 'object', properties, additionalProperties: { type: 'boolean' } })).toEqual({
      additionalProperty: false,
    })
    expect(generateData({ type: 'object', additionalProperties: true })).toEqual({ additionalProperty: 'a' })
    expect(generateData({ type: 'object', additionalProperties: false })).toEqual({})
  })

  it('join the parts of allOf', () => {
    const $defs = { Base: { type: 'object', properties: { a: { const: 1 } }, required: ['a'] } }
    const allOf = [{ $ref: '#/$defs/Base' }, { properties: { b: { const: 2 } }, required: ['b'] }]
    expect(generateData({ $defs, allOf })).toEqual({ a: 1, b: 2 })
  })

  it('take keys that mean something to JavaScript as any other', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"const":2}},"required":["__proto__","constructor"]}',
    )
    const data = generateData(schema) as object
    expect(Object.entries(data)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype)
  })
})

describe('references', () => {
  it('are followed, and a recursive schema comes to an end', () => {
    const node = {
      type: 'object',
      properties: { next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } },
      required: ['next'],
    }
    let depth = 0
    let data = generateData({ $defs: { Node: node }, $ref: '#/$defs/Node' }) as { next: unknown } | null
    for (; data !== null; depth += 1) data = data.next as typeof data
    expect(depth).toBeGreaterThan(1)
  })
})

it('passes the validation of a real schema, for many seeds', () => {
  const schema = z.object({
    id: z.uuid(),
    mail: z.email(),
    at: z.iso.datetime(),
    day: z.iso.date(),
    link: z.url(),
    kind: z.enum(['a', 'b']),
    score: z.number().min(0).max(1),
    tags: z.array(z.string().min(2)).min(1),
    shape: z.discriminatedUnion('type', [
      z.object({ type: z.literal('circle'), r: z.number().positive() }),
      z.object({ type: z.literal('square'), a: z.int().gte(2) }),
    ]),
    note: z.string().nullable(),
    extra: z.record(z.string(), z.boolean()),
  })
  const jsonSchema = z.toJSONSchema(schema)
  for (let seed = 0; seed < 120; seed += 1) {
    const { error } = schema.safeParse(generateData(jsonSchema, seed))
    expect(error?.issues).toBeUndefined()
  }
})

it('fits schemas that contain themselves', () => {
  const Tree = z.object({
    value: z.number(),
    get kids() {
      return z.array(Tree)
    },
  })
  const Chain = z.object({
    value: z.number(),
    get next() {
      return Chain.nullable()
    },
  })
  for (const schema of [Tree, Chain, z.array(Tree), z.object({ tree: Tree })]) {
    expect(schema.safeParse(generateData(z.toJSONSchema(schema))).error).toBeUndefined()
  }
})
