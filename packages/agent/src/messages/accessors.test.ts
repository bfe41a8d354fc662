import { describe, expect, it } from 'vitest'
import { argsAsJson, argsAsObject } from './call-args.ts'
import { postCompactionWindow } from './compaction.ts'
import type { ModelMessage, ModelResponse } from './message.ts'
import type { ResponsePart, ValidationErrorItem } from './part.ts'
import {
  hasContent,
  responseFiles,
  responseImages,
  responseNativeToolCalls,
  responseText,
  responseThinking,
  responseToolCalls,
} from './response-accessors.ts'
import { retryPromptText } from './retry-prompt-text.ts'
import {
  fileIntroduction,
  toolReturnFiles,
  toolReturnItems,
  toolReturnObject,
  toolReturnText,
} from './tool-return-text.ts'
import { binaryContent, imageUrl } from './user-content.ts'
import { emptyUsage } from '../usage/usage.ts'

const response = (...parts: ResponsePart[]): ModelResponse => ({ kind: 'response', parts, usage: emptyUsage })
const text = (content: string): ResponsePart => ({ kind: 'text', content })
const thinking = (content: string): ResponsePart => ({ kind: 'thinking', content })
const image = binaryContent('AQI=', 'image/png')
const audio = binaryContent('AQI=', 'audio/wav')

describe('accessors of a response', () => {
  it('join its text', () => {
    expect(responseText(response(text('a'), text('b')))).toBe('ab')
    expect(responseText(response(thinking('t'), text('a'), text('b'), thinking('t'), text('c')))).toBe('ab\n\nc')
    expect(responseText(response(text('a'), thinking('t')))).toBe('a')
    expect(responseText(response(text('')))).toBe('')
    expect(responseText(response(thinking('t')))).toBeUndefined()
  })

  it('join its thinking', () => {
    expect(responseThinking(response(thinking('a'), text('x'), thinking('b')))).toBe('a\n\nb')
    expect(responseThinking(response(text('x')))).toBeUndefined()
  })

  it('collect files and calls', () => {
    const call = (toolCallId: string) => ({ kind: 'tool-call', toolName: 'f', toolCallId }) as const
    const native = (toolCallId: string) => ({ kind: 'builtin-tool-call', toolName: 'web_search', toolCallId }) as const
    const result = (toolCallId: string, content: unknown) =>
      ({ kind: 'builtin-tool-return', toolName: 'web_search', toolCallId, content }) as const
    const all = response(
      { kind: 'file', content: image },
      call('a'),
      native('n'),
      native('open'),
      result('n', 1),
      native('n'),
      result('n', 2),
      { kind: 'file', content: audio },
    )
    expect(responseFiles(all)).toEqual([image, audio])
    expect(responseImages(all)).toEqual([image])
    expect(responseToolCalls(all)).toEqual([call('a')])
    expect(responseNativeToolCalls(all)).toEqual([
      { call: native('n'), result: result('n', 1) },
      { call: native('open'), result: undefined },
      { call: native('n'), result: result('n', 2) },
    ])
  })

  it('tell empty parts', () => {
    const call = (args?: string | Record<string, string>) =>
      ({ kind: 'tool-call', toolName: 'f', toolCallId: 'c', args }) as const
    expect([text(''), thinking(''), call(), call(''), call({}), { kind: 'compaction' } as const].some(hasContent)).toBe(
      false,
    )
    expect(
      [text(' '), thinking('t'), call('{'), call({ a: '' }), { kind: 'file', content: image } as const].every(
        hasContent,
      ),
    ).toBe(true)
  })
})

describe('arguments of a call', () => {
  it.each([
    [undefined, {}, '{}'],
    ['', {}, '{}'],
    [' \n', {}, '{}'],
    ['{"a": 1}', { a: 1 }, '{"a": 1}'],
    ['{"a": ', { INVALID_JSON: '{"a": ' }, '{"INVALID_JSON":"{\\"a\\": "}'],
    ['[1]', { INVALID_JSON: '[1]' }, '{"INVALID_JSON":"[1]"}'],
    ['null', { INVALID_JSON: 'null' }, '{"INVALID_JSON":"null"}'],
    [{ a: [1] }, { a: [1] }, '{"a":[1]}'],
  ])('%j', (args, object, json) => {
    expect(argsAsObject({ args })).toEqual(object)
    expect(argsAsJson({ args })).toBe(json)
  })
})

describe('the text of a tool result', () => {
  it.each([
    ['as is', 'as is', { return_value: 'as is' }],
    [null, '', {}],
    [undefined, '', {}],
    [{ é: [1, null] }, '{"é":[1,null]}', { é: [1, null] }],
    [7, '7', { return_value: 7 }],
    [false, 'false', { return_value: false }],
    [['a', 1], '["a",1]', { return_value: ['a', 1] }],
    [image, 'See file 0ca623.', { return_value: 'See file 0ca623.' }],
    [
      ['look:', image, { a: 1 }],
      '["look:","See file 0ca623.",{"a":1}]',
      { return_value: ['look:', 'See file 0ca623.', { a: 1 }] },
    ],
  ])('%j', (content, asText, object) => {
    expect(toolReturnText({ content })).toBe(asText)
    expect(toolReturnObject({ content })).toEqual(object)
    expect(toolReturnText({ content, outcome: 'denied' })).toBe(asText)
    expect(JSON.parse(toolReturnText({ content, outcome: 'failed' }))).toEqual({ error: asText })
    expect(toolReturnObject({ content, outcome: 'failed' })).toEqual({ error: asText })
  })

  it('leaves files inside objects as stored, and names the others', () => {
    const url = imageUrl('https://tenon.example/a.png', { identifier: 'pic' })
    expect(toolReturnText({ content: { url } })).toContain(
      '"kind":"image-url","media_type":"image/png","identifier":"pic"',
    )
    expect(toolReturnFiles({ content: ['x', url, [image]] })).toEqual([url])
    expect(toolReturnItems({ content: url })).toEqual([url])
    expect(fileIntroduction(url)).toBe('This is file pic:')
  })
})

describe('retryPromptText', () => {
  const errors: ValidationErrorItem[] = [
    { type: 'missing', loc: ['a'], msg: 'Field required', input: { b: 1 }, ctx: { n: 1 } },
    { type: 'int_type', loc: ['b', 0], msg: 'Expected a number', input: 'x' },
  ]

  it('words feedback on a response and on a call', () => {
    expect(retryPromptText({ content: 'Too long.' })).toBe(
      'Validation feedback:\nToo long.\n\nFix the errors and try again.',
    )
    expect(retryPromptText({ content: 'Too long.', toolName: 'f' })).toBe('Too long.\n\nFix the errors and try again.')
  })

  it('lists validation errors', () => {
    expect(retryPromptText({ content: errors.slice(0, 1), toolName: 'f' })).toBe(
      '1 validation error:\n```json\n[\n  {\n    "type": "missing",\n    "loc": [\n      "a"\n    ],\n    "msg": "Field required",\n    "input": {\n      "b": 1\n    }\n  }\n]\n```\n\nFix the errors and try again.',
    )
  })

  it('does not repeat the whole reply when there is no tool', () => {
    const shown = retryPromptText({ content: errors })
    expect(shown).toMatch(/^2 validation errors:\n/)
    expect(shown).not.toContain('"b": 1')
    expect(shown).toContain('"input": "x"')
  })
})

describe('postCompactionWindow', () => {
  it('begins with the latest compaction part', () => {
    const compacted = response(
      text('a'),
      { kind: 'compaction' },
      text('b'),
      { kind: 'compaction', id: 'last' },
      text('c'),
    )
    const next: ModelMessage = { kind: 'request', parts: [] }
    expect(postCompactionWindow([next, response({ kind: 'compaction' }), compacted, next])).toEqual([
      response({ kind: 'compaction', id: 'last' }, text('c')),
      next,
    ])
    const plain = [next, response(text('a'))]
    expect(postCompactionWindow(plain)).toBe(plain)
  })
})
