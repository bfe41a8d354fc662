import { describe, expect, it } from 'vitest'
import { jsonSchema } from './json-schema.ts'
import { resolveSchema } from './resolve-schema.ts'
import type { JsonSchema } from '../util/json.ts'

function check(schema: JsonSchema, value: unknown) {
  const result = resolveSchema(jsonSchema(schema)).validate(value)
  if (result instanceof Promise) throw new Error('expected an answer at once')
  return result as Exclude<typeof result, PromiseLike<unknown>>
}

function itemsOf(schema: JsonSchema, value: unknown) {
  const result = check(schema, value)
  return result.ok ? [] : result.issues.map(({ type, loc, input }) => ({ type, loc, input }))
}

describe('jsonSchema', () => {
  const person = {
    type: 'object',
    title: 'Person',
    properties: { name: { type: 'string' }, 'a/b~c#d': { type: 'array', items: { $ref: '#/$defs/Age' } } },
    required: ['name'],
    additionalProperties: false,
    $defs: { Age: { type: 'integer', minimum: 0 } },
  }

  it('passes the schema on as it is', () => {
    expect(resolveSchema(jsonSchema(person)).jsonSchema).toEqual(person)
    expect(resolveSchema(jsonSchema(person)).title).toBe('Person')
  })

  it('passes a fitting value on', () => {
    expect(check(person, { name: 'x', 'a/b~c#d': [1] })).toEqual({ ok: true, value: { name: 'x', 'a/b~c#d': [1] } })
  })

  it('tells each problem with its place and input', () => {
    expect(itemsOf(person, { 'a/b~c#d': [1, -1, '2'], more: true })).toEqual([
      { type: 'missing', loc: ['name'], input: expect.anything() },
      { type: 'greater_than_equal', loc: ['a/b~c#d', 1], input: -1 },
      { type: 'int_type', loc: ['a/b~c#d', 2], input: '2' },
      { type: 'extra_forbidden', loc: ['more'], input: true },
    ])
  })

  it.each([
    [{ type: 'string' }, 1, 'string_type'],
    [{ enum: ['a'] }, 'b', 'literal_error'],
    [{ type: 'string', pattern: '^[a-z]+$' }, 'A', 'string_pattern_mismatch'],
    [{ type: 'string', format: 'date' }, 'soon', 'value_error'],
    [{ type: ['string', 'null'] }, 1, 'union_error'],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'too_long'],
    [{ type: 'array', items: [{ type: 'string' }] }, [1], 'string_type'],
    [
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { A: { type: 'null' } },
        $ref: '#/definitions/A',
      },
      1,
      'none_required',
    ],
  ])('knows %j', (schema, value, expected) => {
    expect(itemsOf(schema, value)).toMatchObject([{ type: expected }])
  })

  it('leaves the decision to a validate function', async () => {
    const schema = jsonSchema<number>({ type: 'string' }, async value => ({ ok: true, value: Number(value) }))
    expect(await resolveSchema(schema).validate('3')).toEqual({ ok: true, value: 3 })
    const strict = jsonSchema({}, value => ({
      ok: false,
      issues: [{ type: 'mine', loc: ['x'], msg: 'no', input: value }],
    }))
    expect(resolveSchema(strict).validate({ x: 1 })).toEqual({
      ok: false,
      issues: [{ type: 'mine', loc: ['x'], msg: 'no', input: 1 }],
    })
  })

  it('keeps the schema as it was', () => {
    const frozen = Object.freeze({ type: 'object', properties: Object.freeze({ a: Object.freeze({ $ref: '#' }) }) })
    expect(itemsOf(frozen, { a: { a: 1 } })).toMatchObject([{ type: 'dict_type', loc: ['a', 'a'] }])
  })
})

describe('a schema of a stranger', () => {
  it('cannot stall with a pattern', () => {
    const evil = { type: 'string', pattern: '^(a+)+$' }
    expect(check(evil, `${'a'.repeat(60)}!`).ok).toBe(true)
    expect(check({ type: 'string', pattern: '^a*a*$' }, `${'a'.repeat(100_000)}!`).ok).toBe(true)
    expect(
      check({ patternProperties: { '^(a|a)*$': { type: 'null' } }, additionalProperties: false }, { aaa: null }).ok,
    ).toBe(true)
  })

  it('cannot stall with references that multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [
        `d${i}`,
        i === 39 ? { type: 'null' } : { anyOf: [{ $ref: `#/$defs/d${i + 1}` }, { $ref: `#/$defs/d${i + 1}` }] },
      ]),
    )
    expect(itemsOf({ $ref: '#/$defs/d0', $defs }, 1)).toMatchObject([{ type: 'recursion_loop' }])
  })

  it('cannot recurse without end', () => {
    expect(itemsOf({ $ref: '#' }, {})).toMatchObject([{ type: 'recursion_loop' }])
  })

  it('is refused when it is nested past all reason', () => {
    let schema: JsonSchema = { type: 'null' }
    for (let i = 0; i < 5_000; i++) schema = { items: schema }
    expect(() => check(schema, [])).toThrow(/cannot be used to validate: The JSON Schema is nested deeper than 200/)
  })

  it('is refused when a reference leads nowhere', () => {
    expect(() => check({ properties: { a: { $ref: '#/$defs/Gone' } } }, { a: 1 })).toThrow(/Unresolved \$ref/)
  })
})

describe('a value of a model', () => {
  it('may be nested deeply', () => {
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown
    expect(
      itemsOf({ $ref: '#/$defs/L', $defs: { L: { type: 'array', items: { $ref: '#/$defs/L' } } } }, deep),
    ).toMatchObject([{ type: 'recursion_loop' }])
  })

  it('may have keys of the prototype or half characters', () => {
    const schema = { type: 'object', additionalProperties: { type: 'number' } }
    expect(check(schema, JSON.parse('{"__proto__": 1, "constructor": 2}')).ok).toBe(true)
    expect(itemsOf(schema, JSON.parse('{"__proto__": "x"}'))).toEqual([
      { type: 'float_type', loc: ['__proto__'], input: 'x' },
    ])
    expect(itemsOf(schema, { '\ud800': 1 })).toMatchObject([{ type: 'value_error' }])
  })

  it('gets at most twenty items', () => {
    expect(
      itemsOf(
        { items: { type: 'string' } },
        Array.from({ length: 100 }, () => 1),
      ),
    ).toHaveLength(20)
  })
})
