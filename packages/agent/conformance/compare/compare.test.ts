import { describe, expect, it } from 'vitest'
import { compare } from './compare.ts'
import { Bindings } from './tokens.ts'

const paths = (expected: unknown, actual: unknown, options = {}) =>
  compare(expected, actual, { bindings: new Bindings(), ...options }).map(difference => difference.path)

describe('compare', () => {
  it('ignores key order and names the place of a difference', () => {
    expect(paths({ a: 1, b: [1, { c: 'x' }] }, { b: [1, { c: 'x' }], a: 1 })).toEqual([])
    expect(paths({ a: 1, b: [1, { 'c-d': 'x' }] }, { b: [2, { 'c-d': 'y' }], a: 1 })).toEqual([
      '$.b[0]',
      '$.b[1]["c-d"]',
    ])
  })

  it('reports missing and additional keys and items', () => {
    expect(paths({ a: 1 }, { b: 1 })).toEqual(['$.a', '$.b'])
    expect(paths([1, 2], [1])).toEqual(['$[1]'])
    expect(paths([1], [1, 2])).toEqual(['$[1]'])
  })

  it('tells null from absent unless told otherwise', () => {
    expect(paths({ a: null }, {})).toEqual(['$.a'])
    expect(paths({ a: null }, {}, { nullIsAbsent: true })).toEqual([])
    expect(paths({}, { a: null }, { nullIsAbsent: true })).toEqual([])
    expect(paths({ a: 0 }, {}, { nullIsAbsent: true })).toEqual(['$.a'])
  })

  it('takes any time for a normalised one and nothing else', () => {
    expect(paths('<now>', '2030-01-02T03:04:05.678901Z')).toEqual([])
    expect(paths('<now>', 'later')).toEqual(['$'])
    expect(paths('<now>', null)).toEqual(['$'])
  })

  it('binds ids one to one, also inside a text', () => {
    expect(paths(['<run-1>', '<run-2>', '<run-1>'], ['x', 'y', 'x'])).toEqual([])
    expect(paths(['<run-1>', '<run-1>'], ['x', 'y'])).toEqual(['$[1]'])
    expect(paths(['<run-1>', '<run-2>'], ['x', 'x'])).toEqual(['$[1]'])
    expect(paths(['<id-1>', 'call <id-1> failed'], ['x', 'call x failed'])).toEqual([])
    expect(paths(['<id-1>', 'call <id-1> failed'], ['x', 'call y failed'])).toEqual(['$[1]'])
  })

  it('takes a list of validation errors for a normalised one', () => {
    expect(paths('<validation-errors>', [{ type: 'missing', loc: ['a'], msg: 'm' }])).toEqual([])
    expect(paths('<validation-errors>', [])).toEqual(['$'])
    expect(paths('<validation-errors>', 'something is wrong')).toEqual(['$'])
  })

  it('compares JSON in strings after parsing, only when asked', () => {
    const [spaced, dense] = ['{"a": 1, "b": [2]}', '{"b":[2],"a":1}']
    expect(paths(spaced, dense)).toEqual(['$'])
    expect(paths(spaced, dense, { jsonStrings: true })).toEqual([])
    expect(paths(`Fit {x} and ${spaced}!`, `Fit {x} and ${dense}!`, { jsonStrings: true })).toEqual([])
    expect(paths(`Fit ${spaced}!`, `Fit ${dense}?`, { jsonStrings: true })).toEqual(['$'])
    expect(paths('{"a": 1}', '{"a": 2}', { jsonStrings: true })).toEqual(['$'])
    expect(paths('text', 'other', { jsonStrings: true })).toEqual(['$'])
  })

  it('takes whole numbers in a text for what they are, only when asked', () => {
    expect(paths('from 0.0 to 1.0', 'from 0 to 1')).toEqual(['$'])
    expect(paths('from 0.0 to 1.0', 'from 0 to 1', { wholeNumbers: true })).toEqual([])
    expect(paths('release 2.0.1', 'release 2.1', { wholeNumbers: true })).toEqual(['$'])
    expect(paths('{"a": "min 0.0"}', '{"a":"min 0"}', { wholeNumbers: true, jsonStrings: true })).toEqual([])
  })

  it('is not fooled by keys of the prototype', () => {
    expect(paths({ constructor: 1 }, {})).toEqual(['$.constructor'])
    expect(paths({}, JSON.parse('{"__proto__": 1}'))).toEqual(['$.__proto__'])
  })
})
