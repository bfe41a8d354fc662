import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UserError } from '../errors/user-error.ts'
import { registerJsonSchemaConverter } from './json-schema-of.ts'
import { resolveSchema } from './resolve-schema.ts'
import type { Schema } from './schema.ts'

/** The same type by three vendors. */
const vendors: Record<string, Schema> = {
  zod: z.object({ name: z.string(), tags: z.array(z.string()).default([]) }),
  valibot: toStandardJsonSchema(v.object({ name: v.string(), tags: v.optional(v.array(v.string()), []) })),
  arktype: type({ name: 'string', tags: type('string[]').default(() => []) }),
}

describe.each(Object.entries(vendors))('a schema of %s', (_vendor, schema) => {
  it('is written as JSON Schema of its input side', () => {
    const { jsonSchema } = resolveSchema(schema)
    expect(jsonSchema).toMatchObject({
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
    })
    expect(jsonSchema).not.toHaveProperty('$schema')
  })

  it('yields its output side', async () => {
    expect(await resolveSchema(schema).validate({ name: 'a' })).toEqual({ ok: true, value: { name: 'a', tags: [] } })
  })

  it('tells a missing key', async () => {
    const result = await resolveSchema(schema).validate({ tags: [] })
    expect(result).toMatchObject({ ok: false, issues: [{ type: 'missing', loc: ['name'], input: { tags: [] } }] })
  })

  it('tells a wrong type and where it is', async () => {
    const result = await resolveSchema(schema).validate({ name: 'a', tags: ['x', 1] })
    expect(result).toMatchObject({ ok: false, issues: [{ loc: ['tags', 1], input: 1 }] })
    expect(result.ok || result.issues[0]?.msg).toMatch(/string/)
  })

  it('is resolved once', () => {
    expect(resolveSchema(schema)).toBe(resolveSchema(schema))
    expect(resolveSchema(schema).jsonSchema).toBe(resolveSchema(schema).jsonSchema)
  })
})

describe('error items', () => {
  async function itemsOf(schema: Schema, value: unknown) {
    const result = await resolveSchema(schema).validate(value)
    return result.ok ? [] : result.issues.map(({ type: kind, loc }) => ({ type: kind, loc }))
  }

  it.each([
    [z.object({ a: z.int() }), { a: 1.5 }, 'invalid_type'],
    [z.object({ a: z.number().min(3) }), { a: 1 }, 'too_small'],
    [z.object({ a: z.number().lt(3) }), { a: 3 }, 'too_big'],
    [z.object({ a: z.string().min(3) }), { a: '' }, 'too_small'],
    [z.object({ a: z.array(z.string()).max(1) }), { a: ['', ''] }, 'too_big'],
    [z.object({ a: z.string().regex(/x/) }), { a: '' }, 'invalid_format'],
    [z.object({ a: z.email() }), { a: 'no' }, 'invalid_format'],
    [z.object({ a: z.enum(['x']) }), { a: 'y' }, 'invalid_value'],
    [z.object({ a: z.union([z.string(), z.number()]) }), { a: true }, 'invalid_union'],
    [z.object({ a: z.number().multipleOf(2) }), { a: 3 }, 'not_multiple_of'],
    [v.object({ a: v.pipe(v.number(), v.minValue(3)) }), { a: 1 }, 'min_value'],
    [v.object({ a: v.pipe(v.string(), v.minLength(3)) }), { a: '' }, 'min_length'],
    [v.object({ a: v.picklist(['x']) }), { a: 'y' }, 'picklist'],
    [v.object({ a: v.boolean() }), { a: 1 }, 'boolean'],
    [type({ a: 'number > 3' }), { a: 3 }, 'min'],
    [type({ a: 'string >= 3' }), { a: '' }, 'minLength'],
    [type({ a: '/x/' }), { a: '' }, 'pattern'],
    [type({ a: '"x"' }), { a: 'y' }, 'unit'],
  ])('%#: have the word of their vendor', async (schema, value, expected) => {
    expect(await itemsOf(schema, value)).toEqual([{ type: expected, loc: ['a'] }])
  })

  it('name every unknown key', async () => {
    expect(await itemsOf(z.strictObject({ a: z.string() }), { a: '', b: 1, c: 2 })).toEqual([
      { type: 'extra_forbidden', loc: ['b'] },
      { type: 'extra_forbidden', loc: ['c'] },
    ])
    expect(await itemsOf(v.strictObject({ a: v.string() }), { a: '', b: 1 })).toEqual([
      { type: 'strict_object', loc: ['b'] },
    ])
  })

  it('say why each member of a union failed', async () => {
    const result = await resolveSchema(z.union([z.string(), z.object({ n: z.number() })])).validate({ n: 'x' })
    expect(result.ok || result.issues[0]?.msg).toMatch(/expected string.*n: .*expected number/)
  })

  it('survive keys of the prototype', async () => {
    const schema = z.object({ constructor: z.string(), a: z.record(z.string(), z.number()) })
    expect(await itemsOf(schema, JSON.parse('{"a":{"__proto__":"x"}}'))).toContainEqual({
      type: 'missing',
      loc: ['constructor'],
    })
  })
})

describe('asynchronous validators', () => {
  it('are awaited', async () => {
    const schema = z.object({ a: z.string().refine(async value => value === 'good', 'not good') })
    expect(await resolveSchema(schema).validate({ a: 'good' })).toEqual({ ok: true, value: { a: 'good' } })
    expect(await resolveSchema(schema).validate({ a: 'bad' })).toMatchObject({
      ok: false,
      issues: [{ type: 'custom', loc: ['a'], msg: 'not good' }],
    })
  })

  it('answer at once when the vendor does', () => {
    expect(resolveSchema(z.string()).validate('a')).toEqual({ ok: true, value: 'a' })
  })
})

describe('the JSON Schema', () => {
  it('of zod integers has no bounds that say nothing', () => {
    expect(resolveSchema(z.object({ n: z.int(), m: z.int().min(1) })).jsonSchema).toEqual({
      type: 'object',
      properties: { n: { type: 'integer' }, m: { type: 'integer', minimum: 1 } },
      required: ['n', 'm'],
    })
  })

  it('has the object at its root, also for a schema with an id', () => {
    const point = z.object({ x: z.number() }).meta({ id: 'Point', title: 'Point' })
    expect(resolveSchema(point)).toMatchObject({ title: 'Point', jsonSchema: { type: 'object', title: 'Point' } })
    expect(resolveSchema(point).jsonSchema).not.toHaveProperty('$defs')
  })

  it('of a type that JSON cannot hold is refused with the reason', () => {
    expect(() => resolveSchema(z.object({ at: z.date() })).jsonSchema).toThrow(UserError)
    expect(() => resolveSchema(z.object({ at: z.date() })).jsonSchema).toThrow(
      /zod schema has no JSON Schema form: Date cannot be represented.*jsonSchema\(raw, validate\)/,
    )
  })

  it('of a vendor without one is refused with advice', () => {
    expect(() => resolveSchema(v.object({ b: v.string() })).jsonSchema).toThrow(
      'A valibot schema cannot tell its JSON Schema, which the model needs: wrap it with `toStandardJsonSchema()` of ' +
        "`@valibot/to-json-schema`, or call `registerJsonSchemaConverter('valibot', schema => …)` once.",
    )
  })

  it('can be taught for a vendor', () => {
    registerJsonSchemaConverter('acme', schema => ({ type: 'object', title: schema['~standard'].vendor }))
    const schema: Schema = { '~standard': { version: 1, vendor: 'acme', validate: value => ({ value }) } }
    expect(resolveSchema(schema).title).toBe('acme')
  })
})
