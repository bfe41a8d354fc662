import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import type { ModelRequestParameters } from './model.ts'
import type { ToolChoice } from './settings.ts'
import { resolveToolChoice } from './tool-choice.ts'

const tool = (name: string) => ({ name, parametersJsonSchema: {} })

const parameters = (rest: Partial<ModelRequestParameters> = {}): ModelRequestParameters => ({
  functionTools: [tool('a'), tool('b')],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
  ...rest,
})

const text = parameters()
const structured = parameters({ outputTools: [tool('out')], allowTextOutput: false })
const both = parameters({ outputTools: [tool('out')] })

describe.each<[string, ToolChoice | undefined, ...unknown[]]>([
  ['unset', undefined, 'auto', 'required', 'auto'],
  ['auto', 'auto', 'auto', 'required', 'auto'],
  ['none', 'none', 'none', { mode: 'required', names: new Set(['out']) }, { mode: 'auto', names: new Set(['out']) }],
  [
    'an empty list',
    [],
    'none',
    { mode: 'required', names: new Set(['out']) },
    { mode: 'auto', names: new Set(['out']) },
  ],
  [
    'required',
    'required',
    'required',
    { mode: 'required', names: new Set(['a', 'b']) },
    { mode: 'required', names: new Set(['a', 'b']) },
  ],
  ['a list', ['b', 'gone'], ...Array.from({ length: 3 }, () => ({ mode: 'required', names: new Set(['b']) }))],
  [
    'tools or output',
    { kind: 'tool-or-output', functionTools: ['a'] },
    { mode: 'auto', names: new Set(['a']) },
    { mode: 'required', names: new Set(['a', 'out']) },
    { mode: 'auto', names: new Set(['a', 'out']) },
  ],
])('%s', (_, choice, forText, forStructured, forBoth) => {
  it('with text output', () => expect(resolveToolChoice(choice, text)).toEqual(forText))
  it('with structured output', () => expect(resolveToolChoice(choice, structured)).toEqual(forStructured))
  it('with both', () => expect(resolveToolChoice(choice, both)).toEqual(forBoth))
})

it('an image counts as a direct answer', () => {
  expect(resolveToolChoice(undefined, parameters({ allowTextOutput: false, allowImageOutput: true }))).toBe('auto')
})

it('without function tools, none leaves the output tools free as they are', () => {
  expect(resolveToolChoice('none', { ...structured, functionTools: [] })).toBe('required')
})

describe('what cannot be had is refused', () => {
  it.each([
    ['required', 'required', parameters({ functionTools: [] })],
    [
      'required, with hidden tools alone',
      'required',
      parameters({ functionTools: [tool('a')], toolVisibility: new Map([['a', 'withheld']]) }),
    ],
    ['unknown names', ['x', 'y'], text],
  ] as const)('%s', (_, choice, given) => {
    expect(() => resolveToolChoice(choice, given)).toThrow(UserError)
  })

  it('with the names there are', () => {
    expect(() => resolveToolChoice(['x'], structured)).toThrow(/`x`.*`a`, `b`, `out`/)
  })
})
