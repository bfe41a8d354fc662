import { describe, expect, it } from 'vitest'
import { parseJson, parseJsonArgs } from './parse-json.ts'

describe('parseJsonArgs', () => {
  it.each([undefined, null, '', ' \n', '{}'])('reads %j as no arguments', args => {
    expect(parseJsonArgs(args)).toEqual({ ok: true, value: {} })
  })

  it('reads an object, as text or as it is', () => {
    expect(parseJsonArgs('{"a": [1]}')).toEqual({ ok: true, value: { a: [1] } })
    expect(parseJsonArgs({ a: 1 })).toEqual({ ok: true, value: { a: 1 } })
  })

  it('keeps a key called __proto__ a key', () => {
    const result = parseJsonArgs('{"__proto__": {"admin": true}}')
    expect(result.ok && Object.hasOwn(result.value, '__proto__')).toBe(true)
    expect(result.ok && (result.value as { admin?: boolean }).admin).toBeUndefined()
  })

  it.each(['[1]', '3', '"a"', 'null'])('refuses %s, which is no object', args => {
    expect(parseJsonArgs(args)).toEqual({
      ok: false,
      issues: [{ type: 'dict_type', loc: [], msg: expect.any(String), input: JSON.parse(args) as unknown }],
    })
  })

  it('tells what is wrong and where', () => {
    expect(parseJsonArgs('{"a": 1,\n "b": }')).toEqual({
      ok: false,
      issues: [
        {
          type: 'json_invalid',
          loc: [],
          msg: 'Invalid JSON: Unexpected "}", expected a value at line 2 column 7',
          input: '{"a": 1,\n "b": }',
        },
      ],
    })
    expect(parseJson('{"a": 1, ')).toMatchObject({
      issues: [{ msg: 'Invalid JSON: Unexpected end of JSON at line 1 column 10' }],
    })
  })
})
