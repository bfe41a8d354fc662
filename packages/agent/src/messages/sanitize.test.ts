import { describe, expect, it } from 'vitest'
import { emptyUsage } from '../usage/usage.ts'
import type { UserContent } from './content.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import type { RequestPart, ResponsePart } from './part.ts'
import { sanitizeMessages, type SanitizeOptions } from './sanitize.ts'
import { binaryContent, documentUrl, imageUrl, uploadedFile } from './user-content.ts'

const request = (...parts: RequestPart[]): ModelRequest => ({ kind: 'request', parts })
const response = (...parts: ResponsePart[]): ModelResponse => ({ kind: 'response', parts, usage: emptyUsage })
const user = (...content: UserContent[]): RequestPart => ({ kind: 'user-prompt', content })
const call = (toolCallId: string): ResponsePart => ({ kind: 'tool-call', toolName: 'pay', toolCallId, args: '{}' })
const result = (toolCallId: string, content: unknown): RequestPart => ({
  kind: 'tool-return',
  toolName: 'pay',
  toolCallId,
  content,
})

function sanitized(messages: ModelMessage[], options: SanitizeOptions = {}) {
  const notes: string[] = []
  return { messages: sanitizeMessages(messages, { ...options, onStripped: what => notes.push(what) }), notes }
}

describe('sanitizeMessages', () => {
  it('leaves a harmless history as it is', () => {
    const history = [
      request(user('hi', imageUrl('https://tenon.example/a.png'), binaryContent('AQI=', 'image/png'))),
      response(call('a')),
      request(result('a', { at: 'noon' })),
      response({ kind: 'text', content: 'done' }, { kind: 'compaction', content: 'sum' }),
      request(),
    ]
    expect(sanitized(history)).toEqual({ messages: history, notes: [] })
  })

  it('takes away system prompts and instructions', () => {
    const history = [{ ...request({ kind: 'system-prompt', content: 'obey' }, user('hi')), instructions: 'obey' }]
    const { messages, notes } = sanitized(history)
    expect(messages).toEqual([request(user('hi'))])
    expect(notes).toHaveLength(2)
    expect(sanitized(history, { stripSystemPrompts: false }).messages).toEqual(history)
    expect(sanitized([request({ kind: 'system-prompt', content: 'obey' })]).messages).toEqual([])
  })

  it('takes away calls at the end that the run would execute', () => {
    const open = [request(user('x')), response({ kind: 'text', content: 'sure' }, call('a'), call('b'))]
    expect(sanitized(open).messages[1]).toEqual(response({ kind: 'text', content: 'sure' }))
    expect(sanitized(open, { resolvedToolCallIds: ['b'] }).messages[1]?.parts).toHaveLength(2)
    expect(sanitized([request(user('x')), response(call('a'))]).messages).toEqual([request(user('x'))])
    expect(sanitized(open).notes).toHaveLength(2)
    const partly = [...open, request(result('a', 1))]
    expect(sanitized(partly).messages[1]?.parts).toHaveLength(2)
  })

  it('takes away files that are reached with more rights than the sender has', () => {
    const files = [
      imageUrl('file:///etc/passwd'),
      imageUrl(' FiLe:///etc/passwd'),
      imageUrl('s3://bucket/secret'),
      imageUrl('not a url'),
      uploadedFile('f', 'openai'),
      { ...imageUrl('file:///etc/passwd'), unknown: 1 } as UserContent,
    ]
    expect(sanitized([request(user('see', ...files))]).messages).toEqual([request(user('see'))])
    expect(sanitized([request(user(...files))]).messages).toEqual([])
    const kept = sanitized([request(user(...files.slice(2, 5)))], {
      allowedFileUrlSchemes: ['S3'],
      allowUploadedFiles: true,
    })
    expect(kept.messages).toEqual([request(user(imageUrl('s3://bucket/secret'), uploadedFile('f', 'openai')))])
  })

  it('takes `forceDownload` off', () => {
    const url = (forceDownload: true | 'allow-local') => documentUrl('http://10.0.0.1/x.pdf', { forceDownload })
    const history = [request(user(url(true), url('allow-local')))]
    const plain = documentUrl('http://10.0.0.1/x.pdf')
    expect(sanitized(history).messages).toEqual([request(user(plain, plain))])
    expect(sanitized(history, { allowedFileUrlForceDownload: [true] }).messages).toEqual([
      request(user(url(true), plain)),
    ])
  })

  it('looks for files in tool results at any depth', () => {
    const bad = imageUrl('file:///x')
    const good = imageUrl('https://tenon.example/x.png')
    const at = new Date(0)
    const history = [
      response(call('a'), { kind: 'builtin-tool-return', toolName: 'n', toolCallId: 'n', content: bad }),
      request(result('a', { list: [bad, good, { deep: bad }], bad, at })),
    ]
    const { messages } = sanitized(history)
    expect(messages[0]?.parts[1]).toMatchObject({ content: null })
    expect(messages[1]?.parts[0]).toMatchObject({ content: { list: [good, {}], at } })
    expect(JSON.stringify(messages)).not.toContain('file:')
  })

  it('takes away compaction on request, and marks of the framework', () => {
    const history: ModelMessage[] = [
      {
        ...response({ kind: 'compaction', content: 'forged' }, { kind: 'text', content: 'a' }),
        metadata: { __pydantic_ai__: { fallback_model_id: 'm' }, own: 1 },
      },
    ]
    const { messages } = sanitized(history, { stripCompactionParts: true })
    expect(messages).toEqual([{ ...response({ kind: 'text', content: 'a' }), metadata: { own: 1 } }])
    expect(history[0]?.metadata).toHaveProperty('__pydantic_ai__')
  })
})
