import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { emptyUsage } from '../usage/usage.ts'
import { cleanHistory, HistoryCleaner } from './history.ts'
import { interruptedToolReturnContent, isSynthesizedToolReturn, isToolResult } from './history-parts.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import type { RequestPart, ResponsePart, ToolCallPart, ToolReturnPart } from './part.ts'

const user = (content: string): RequestPart => ({ kind: 'user-prompt', content })
const text = (content: string): ResponsePart => ({ kind: 'text', content })
const call = (toolCallId: string): ToolCallPart => ({ kind: 'tool-call', toolName: 'look_up', args: '{}', toolCallId })
const answer = (toolCallId: string, content: unknown = 'ok'): ToolReturnPart => ({
  kind: 'tool-return',
  toolName: 'look_up',
  content,
  toolCallId,
})
const feedback: RequestPart = { kind: 'retry-prompt', content: 'again', toolCallId: 'none' }
const request = (...parts: RequestPart[]): ModelRequest => ({ kind: 'request', parts })
const response = (...parts: ResponsePart[]): ModelResponse => ({
  kind: 'response',
  parts,
  usage: emptyUsage,
  modelName: 'm',
  timestamp: '2025-05-05T05:05:05Z',
})
const written = (...parts: ResponsePart[]): ModelResponse => ({ kind: 'response', parts, usage: emptyUsage })
const madeUp = (toolCallId: string): ToolReturnPart => ({
  kind: 'tool-return',
  toolName: 'look_up',
  content: 'The tool call was interrupted before a result was produced.',
  toolCallId,
  metadata: { pydantic_ai_synthesized_tool_return: true },
  timestamp: '2025-05-05T05:05:05Z',
  outcome: 'interrupted',
})

describe('cleanHistory', () => {
  it('returns the same array when nothing is wrong', () => {
    const history = [request(user('q')), response(call('a')), request(answer('a')), response(text('done'))]
    expect(cleanHistory(history)).toBe(history)
    expect(cleanHistory(history, { repairLastResponse: true })).toBe(history)
    expect(cleanHistory([])).toEqual([])
  })

  it('drops results that no earlier response called for, and the requests this empties', () => {
    const last = response(text('x'))
    const cleaned = cleanHistory([
      request(answer('gone')),
      response(text('a')),
      request(answer('gone'), user('b'), { ...feedback, toolName: 'look_up', toolCallId: 'gone' }),
      last,
    ])
    expect(cleaned).toEqual([response(text('a')), request(user('b')), last])
    expect(cleaned[2]).toBe(last)
  })

  it('keeps a last request that is emptied, and feedback that is bound to no tool', () => {
    const history = [request(user('q')), response(text('a')), request(answer('gone'))]
    expect(cleanHistory(history)).toEqual([history[0], history[1], request()])
    const withFeedback = [request(user('q')), response(text('a')), request(feedback)]
    expect(cleanHistory(withFeedback)).toBe(withFeedback)
  })

  it('drops a result that comes before its call, and then answers the call', () => {
    const cleaned = cleanHistory([request(answer('a'), user('q')), response(call('a')), request(user('n'))], {
      repairLastResponse: true,
    })
    expect(cleaned).toEqual([request(user('q')), response(call('a')), request(madeUp('a'), user('n'))])
  })

  it('answers the calls of earlier responses after the results that are there', () => {
    const cleaned = cleanHistory([
      request(user('q')),
      response(call('a'), call('b'), call('c')),
      request(answer('b'), feedback, user('next')),
      response(text('done')),
    ])
    expect(cleaned[2]).toEqual(request(answer('b'), madeUp('a'), madeUp('c'), feedback, user('next')))
    expect(interruptedToolReturnContent).toBe(madeUp('a').content)
  })

  it('puts a request between two responses when there is none to take the answers', () => {
    const cleaned = cleanHistory([request(user('q')), response(call('a')), response(text('done'))])
    expect(cleaned).toEqual([request(user('q')), response(call('a')), request(madeUp('a')), response(text('done'))])
  })

  it('leaves the calls of the last response open unless told otherwise', () => {
    const history = [request(user('q')), response(call('a'), call('b')), request(answer('a'))]
    expect(cleanHistory(history)).toBe(history)
    expect(cleanHistory(history, { repairLastResponse: true })[2]).toEqual(request(answer('a'), madeUp('b')))
    const open = history.slice(0, 2)
    expect(cleanHistory(open)).toBe(open)
    expect(cleanHistory(open, { repairLastResponse: true })[2]).toEqual(request(madeUp('a'), madeUp('b')))
  })

  it('lets a late result answer its call, unless the id was used again', () => {
    const late = [
      request(user('q')),
      response(call('a')),
      request(user('x')),
      response(text('y')),
      request(answer('a')),
      response(text('z')),
    ]
    expect(cleanHistory(late)).toBe(late)
    const reused = late.with(3, response(call('a')))
    expect(cleanHistory(reused)[2]).toEqual(request(madeUp('a'), user('x')))
    expect(cleanHistory(reused).slice(3)).toEqual(reused.slice(3))
  })

  it('takes two calls of one id in one response as two calls', () => {
    const both = [request(user('q')), response(call('a'), call('a')), request(answer('a', 1), answer('a', 2))]
    expect(cleanHistory(both, { repairLastResponse: true })).toBe(both)
    const one = both.with(2, request(answer('a', 1)))
    const cleaned = cleanHistory(one, { repairLastResponse: true })
    expect(cleaned[2]).toEqual(request(answer('a', 1), madeUp('a')))
    expect(cleanHistory(cleaned, { repairLastResponse: true })).toBe(cleaned)
  })

  it('leaves calls that the provider runs alone', () => {
    const history = [
      request(user('q')),
      response({ ...call('a'), kind: 'builtin-tool-call' }, text('done')),
      request(user('n')),
    ]
    expect(cleanHistory(history, { repairLastResponse: true })).toBe(history)
  })

  it('joins neighbouring requests, results first, and keeps what models need of their metadata', () => {
    const cleaned = cleanHistory([
      request(user('q')),
      response(call('a')),
      { ...request(user('u')), runId: 'r1', metadata: { own: 1, __pydantic_ai__: { one: 1 } }, timestamp: 't1' },
      { ...request(answer('a'), user('v')), instructions: 'be brief', metadata: { __pydantic_ai__: { two: 2 } } },
    ])
    expect(cleaned[2]).toEqual({
      kind: 'request',
      parts: [answer('a'), user('u'), user('v')],
      timestamp: 't1',
      instructions: 'be brief',
      metadata: { __pydantic_ai__: { one: 1, two: 2 } },
    })
  })

  it('does not join requests with different instructions, nor anything when told not to', () => {
    const different = [
      { ...request(user('a')), instructions: 'one' },
      { ...request(user('b')), instructions: 'two' },
    ]
    expect(cleanHistory(different)).toBe(different)
    const plain = [request(user('a')), request(user('b'))]
    expect(cleanHistory(plain)).toEqual([request(user('a'), user('b'))])
    expect(cleanHistory(plain, { merge: false })).toBe(plain)
  })

  it('compares instructions with those of the whole joined request', () => {
    const [a, b, c] = [
      request(user('a')),
      { ...request(user('b')), instructions: 'one' },
      { ...request(user('c')), instructions: 'two' },
    ]
    expect(cleanHistory([a, b, c])).toEqual([{ ...request(user('a'), user('b')), instructions: 'one' }, c])
  })

  it('joins responses no model made and leaves the others apart', () => {
    const history = [
      request(user('q')),
      written(text('a')),
      written(text('b')),
      response(text('c')),
      response(text('d')),
    ]
    expect(cleanHistory(history)).toEqual([
      history[0],
      written(text('a'), text('b')),
      response(text('c')),
      response(text('d')),
    ])
  })
})

const id = fc.constantFrom('a', 'b', 'c')
const anyRequest = fc
  .record({
    parts: fc.array(
      fc.oneof(
        id.map(i => answer(i)),
        fc.constant(user('u')),
        fc.constant(feedback),
      ),
      { maxLength: 4 },
    ),
    instructions: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
  })
  .map(({ parts, instructions }) => ({ ...request(...parts), ...(instructions && { instructions }) }))
const anyResponse = fc
  .record({
    parts: fc.array(fc.oneof(id.map(call), fc.constant(text('t'))), { maxLength: 4 }),
    own: fc.boolean(),
  })
  .map(({ parts, own }) => (own ? written(...parts) : response(...parts)))
const anyHistory = fc.array(fc.oneof(anyRequest, anyResponse), { maxLength: 12 })
const anyOptions = fc.record({ repairLastResponse: fc.boolean(), merge: fc.boolean() })

describe('properties of cleanHistory', () => {
  it('is idempotent and deterministic, and never changes its input', () => {
    fc.assert(
      fc.property(anyHistory, anyOptions, (history, options) => {
        const before = structuredClone(history)
        const once = cleanHistory(history, options)
        expect(cleanHistory(once, options)).toBe(once)
        expect(cleanHistory(history, options)).toEqual(once)
        expect(history).toEqual(before)
      }),
      runs(600),
    )
  })

  it('leaves no orphan result and no open call', () => {
    fc.assert(
      fc.property(anyHistory, history => {
        const called = new Map<string, number>()
        const answered = new Map<string, number>()
        const count = (map: Map<string, number>, key: string): Map<string, number> =>
          map.set(key, (map.get(key) ?? 0) + 1)
        for (const message of cleanHistory(history, { repairLastResponse: true })) {
          for (const part of message.parts) {
            if (part.kind === 'tool-call') count(called, part.toolCallId)
            if (part.kind === 'tool-return' || (part.kind === 'retry-prompt' && isToolResult(part))) {
              expect(called.has(part.toolCallId)).toBe(true)
              count(answered, part.toolCallId)
            }
          }
        }
        for (const [key, calls] of called) expect(answered.get(key) ?? 0).toBeGreaterThanOrEqual(calls)
      }),
      runs(600),
    )
  })

  it('removes only results and adds only made-up returns', () => {
    fc.assert(
      fc.property(anyHistory, anyOptions, (history, options) => {
        const parts = (messages: readonly ModelMessage[]): unknown[] => messages.flatMap(message => [...message.parts])
        const kept = new Set(parts(history))
        const cleaned = cleanHistory(history, options)
        for (const message of cleaned) {
          for (const part of message.parts) expect(kept.has(part) || isSynthesizedToolReturn(part)).toBe(true)
        }
        const left = new Set(parts(cleaned))
        for (const message of history) {
          for (const part of message.parts) expect(left.has(part) || part.kind === 'tool-return').toBe(true)
        }
      }),
      runs(),
    )
  })
})

describe('HistoryCleaner', () => {
  it('gives at every step what cleaning the whole history gives', () => {
    fc.assert(
      fc.property(anyHistory, anyOptions, fc.integer({ min: 1, max: 3 }), (history, options, stride) => {
        const cleaner = new HistoryCleaner(options)
        const live: ModelMessage[] = []
        for (let index = 0; index < history.length; index += stride) {
          live.push(...history.slice(index, index + stride))
          const whole = cleanHistory(live, options)
          const step = cleaner.clean(live)
          expect(step).toEqual(whole)
          expect(step === live).toBe(whole === live)
        }
      }),
      runs(800),
    )
  })

  it('notices a history that was replaced', () => {
    const cleaner = new HistoryCleaner()
    const first = [request(user('a')), response(text('b'))]
    expect(cleaner.clean(first)).toBe(first)
    const other = [request(user('c')), response(text('d')), request(user('e')), request(user('f'))]
    expect(cleaner.clean(other)).toEqual([...other.slice(0, 2), request(user('e'), user('f'))])
    expect(cleaner.clean(first)).toBe(first)
  })

  it('looks at no settled message again', () => {
    const cleaner = new HistoryCleaner({ repairLastResponse: true })
    const live: ModelMessage[] = []
    let reads = 0
    const watched = (message: ModelMessage): ModelMessage =>
      new Proxy(message, {
        get(target, key) {
          if (key === 'parts') reads += 1
          return Reflect.get(target, key)
        },
      })
    const perStep: number[] = []
    for (let step = 0; step < 200; step += 1) {
      live.push(watched(request(step === 0 ? user('q') : answer(`c${step - 1}`))), watched(response(call(`c${step}`))))
      reads = 0
      cleaner.clean(live)
      perStep.push(reads)
    }
    expect(Math.max(...perStep.slice(100))).toBeLessThanOrEqual(Math.max(...perStep.slice(5, 20)))
  })
})
