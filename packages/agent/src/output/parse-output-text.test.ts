import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { buildOutputSchema } from './build-output-schema.ts'
import { unwrapToolArgs } from './envelope.ts'
import { named } from './named-output.ts'
import { nativeOutput } from './native-output.ts'
import type { OutputEntries } from './output-spec.ts'
import { parseOutputText } from './parse-output-text.ts'

const City = named(z.object({ name: z.string() }), 'City')

function processorOf(entries: OutputEntries) {
  const { text } = buildOutputSchema(entries)
  if (text?.kind !== 'json') throw new Error('expected text to be JSON')
  return text
}

async function read(entries: OutputEntries, text: string) {
  const picked = parseOutputText(processorOf(entries), text)
  if (!picked.ok) return picked
  const { alternative, value } = picked.value
  const validated = await alternative.validate(value)
  return validated.ok ? { as: alternative.name, value: validated.value } : validated
}

describe('one type', () => {
  it.each([
    ['as it is', '{"name":"Riga"}'],
    ['with space around', ' \n {"name":"Riga"}\n'],
    ['in a fence', '```json\n{"name":"Riga"}\n```'],
    ['in a fence with talk around', 'Sure, here:\n```json\n{"name":"Riga"}\n```\nAnything else?'],
    ['in a fence without a language', 'Here:\n```\n{"name":"Riga"}```'],
    ['in the second fence', '```sh\nls\n```\nand\n```json\n{"name":"Riga"}\n```'],
  ])('is read %s', async (_how, text) => {
    expect(await read(City, text)).toEqual({ as: 'City', value: { name: 'Riga' } })
  })

  it('may hold a fence in a string', async () => {
    const value = { name: 'x\n```js\ncode\n```\n}' }
    expect(await read(City, `Here:\n\`\`\`json\n${JSON.stringify(value)}\n\`\`\``)).toEqual({ as: 'City', value })
  })

  it.each(['Riga', '', '{"name":"Ri', '```json\n{"name":', '{"name":"Riga"} and more'])('is not %j', async text => {
    expect(await read(City, text)).toMatchObject({ ok: false, issues: [{ type: 'json_invalid', input: text }] })
  })

  it('is validated', async () => {
    expect(await read(City, '{"name":1}')).toMatchObject({
      ok: false,
      issues: [{ type: 'invalid_type', loc: ['name'] }],
    })
  })
})

describe('a value that is no object', () => {
  const Tags = z.array(z.string())

  it('stands under response, also as a string of JSON', async () => {
    expect(await read(Tags, '{"response":["a"]}')).toEqual({ as: 'array', value: ['a'] })
    expect(await read(Tags, '{"response":"[\\"a\\"]"}')).toEqual({ as: 'array', value: ['a'] })
  })

  it('that is a string is not taken for JSON', async () => {
    expect(await read(nativeOutput([z.string()]), '{"response":"[1]"}')).toEqual({ as: 'string', value: '[1]' })
  })

  it('is told where it is wrong', async () => {
    expect(await read(Tags, '{"response":[1]}')).toMatchObject({
      issues: [{ type: 'invalid_type', loc: ['response', 0], input: 1 }],
    })
    expect(await read(Tags, '{"response":"[1]"}')).toMatchObject({
      issues: [{ type: 'invalid_type', loc: ['response'], input: '[1]' }],
    })
    expect(await read(Tags, '{"other":[]}')).toMatchObject({ issues: [{ type: 'missing', loc: ['response'] }] })
    expect(await read(Tags, '["a"]')).toMatchObject({ issues: [{ type: 'dict_type', loc: [] }] })
  })

  it('is awaited when its validator is slow', async () => {
    const slow = z.array(z.string()).refine(async list => list.length > 0, 'empty')
    expect(await read(slow, '{"response":"[\\"a\\"]"}')).toEqual({ as: 'array', value: ['a'] })
    expect(await read(slow, '{"response":[]}')).toMatchObject({ issues: [{ loc: ['response'], msg: 'empty' }] })
  })
})

describe('several types', () => {
  const several = nativeOutput([City, z.int(), null])

  it('are told apart by kind', async () => {
    expect(await read(several, '{"result":{"kind":"City","data":{"name":"Riga"}}}')).toEqual({
      as: 'City',
      value: { name: 'Riga' },
    })
    expect(await read(several, '{"result":{"kind":"integer","data":{"response":3}}}')).toEqual({
      as: 'integer',
      value: 3,
    })
    expect(await read(several, '{"result":{"kind":"NoneType","data":{"response":null}}}')).toEqual({
      as: 'NoneType',
      value: null,
    })
  })

  it.each([
    ['{"name":"Riga"}', 'missing', ['result']],
    ['{"result":3}', 'dict_type', ['result']],
    ['{"result":{"data":{}}}', 'missing', ['result', 'kind']],
    ['{"result":{"kind":"City"}}', 'missing', ['result', 'data']],
    ['{"result":{"kind":"Town","data":{}}}', 'literal_error', ['result', 'kind']],
    ['{"result":{"kind":"constructor","data":{}}}', 'literal_error', ['result', 'kind']],
    ['{"result":{"kind":"integer","data":{}}}', 'missing', ['response']],
    ['[]', 'dict_type', []],
  ])('refuse %s', async (text, kind, loc) => {
    expect(await read(several, text)).toMatchObject({ ok: false, issues: [{ type: kind, loc }] })
  })

  it('name the kinds there are', async () => {
    expect(await read(several, '{"result":{"kind":"Town","data":{}}}')).toMatchObject({
      issues: [{ msg: 'Expected one of "City", "integer", "NoneType"' }],
    })
  })

  it('of one name are numbered', async () => {
    const twins = [City, named(z.object({ mayor: z.string() }), 'City')]
    expect(await read(twins, '{"result":{"kind":"City_2","data":{"mayor":"Ann"}}}')).toEqual({
      as: 'City_2',
      value: { mayor: 'Ann' },
    })
  })
})

describe('unwrapToolArgs', () => {
  it('hands objects through and opens wrapped values', () => {
    const { tools } = buildOutputSchema([City, z.boolean()])
    expect(unwrapToolArgs(tools[0]!.alternative, { name: 'a' })).toEqual({ ok: true, value: { name: 'a' } })
    expect(unwrapToolArgs(tools[1]!.alternative, { response: false, more: 1 })).toEqual({ ok: true, value: false })
    expect(unwrapToolArgs(tools[1]!.alternative, {})).toMatchObject({
      ok: false,
      issues: [{ type: 'missing', loc: ['response'] }],
    })
  })
})
