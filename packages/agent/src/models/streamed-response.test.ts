import { describe, expect, it } from 'vitest'
import type { ModelEvent } from '../messages/event.ts'
import { requestUsage } from '../usage/usage.ts'
import type { ModelRequestParameters, StreamedResponse } from './model.ts'
import { completedStreamedResponse, streamedResponse, type StreamOptions } from './streamed-response.ts'

const textOnly: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

const open = (read: StreamOptions['read'], options: Partial<StreamOptions> = {}) =>
  streamedResponse({
    modelName: 'm',
    providerName: 'p',
    timestamp: '2026-01-01T00:00:00Z',
    parameters: textOnly,
    ...options,
    read,
  })

async function eventsOf(stream: StreamedResponse): Promise<ModelEvent[]> {
  const events: ModelEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

describe('events', () => {
  it('end each part before the next begins, and the last one at the end', async () => {
    const stream = open(async function* (parts) {
      yield parts.handleThinking(0, { content: 'hm' })
      yield parts.handleText(1, { content: 'a' })
      yield undefined
      yield parts.handleText(1, { content: 'b' })
      yield parts.handlePart(2, { kind: 'compaction', content: 'c' })
    })
    expect(await eventsOf(stream)).toEqual([
      { kind: 'part-start', index: 0, part: { kind: 'thinking', content: 'hm' } },
      { kind: 'part-end', index: 0, part: { kind: 'thinking', content: 'hm' }, nextPartKind: 'text' },
      { kind: 'part-start', index: 1, part: { kind: 'text', content: 'a' }, previousPartKind: 'thinking' },
      { kind: 'final-result' },
      { kind: 'part-delta', index: 1, delta: { kind: 'text', contentDelta: 'b' } },
      { kind: 'part-end', index: 1, part: { kind: 'text', content: 'ab' }, nextPartKind: 'compaction' },
      { kind: 'part-start', index: 2, part: { kind: 'compaction', content: 'c' }, previousPartKind: 'text' },
    ])
  })

  it.each([
    ['an output tool', 'final', { kind: 'final-result', toolName: 'final', toolCallId: 'c' }],
    ['a tool that runs elsewhere', 'external', { kind: 'final-result' }],
    ['a function tool', 'plain', undefined],
  ])('hint at a final result for a call of %s', async (_, toolName, hint) => {
    const tool = { parametersJsonSchema: {} }
    const parameters: ModelRequestParameters = {
      ...textOnly,
      functionTools: [
        { ...tool, name: 'plain' },
        { ...tool, name: 'external', kind: 'external' },
      ],
      outputTools: [{ ...tool, name: 'final', kind: 'output' }],
      allowTextOutput: false,
    }
    const stream = open(
      async function* (parts) {
        yield parts.handleText(0, { content: 'no output' })
        yield parts.handleToolCall(1, { toolName, toolCallId: 'c' })
        yield parts.handleToolCall(2, { toolName, toolCallId: 'd' })
      },
      { parameters },
    )
    const hints = (await eventsOf(stream)).filter(event => event.kind === 'final-result')
    expect(hints).toEqual(hint === undefined ? [] : [hint])
  })

  it('hint at an image where images are output', async () => {
    const stream = open(
      async function* (parts) {
        yield parts.handlePart(0, { kind: 'file', content: { kind: 'binary', data: '', mediaType: 'image/png' } })
      },
      { parameters: { ...textOnly, allowTextOutput: false, allowImageOutput: true } },
    )
    expect((await eventsOf(stream)).map(event => event.kind)).toEqual(['part-start', 'final-result'])
  })
})

describe('the response', () => {
  it('grows with the stream and says how far it is', async () => {
    const stream = open(async function* (parts, facts) {
      yield parts.handleText(0, { content: 'a' })
      facts.usage = requestUsage({ inputTokens: 1 })
      facts.finishReason = 'stop'
      facts.providerResponseId = 'r1'
    })
    expect(stream.response()).toMatchObject({ parts: [], state: 'incomplete' })
    const events = stream[Symbol.asyncIterator]()
    await events.next()
    expect(stream.response()).toMatchObject({ parts: [{ content: 'a' }], state: 'incomplete' })
    while ((await events.next()).done !== true);
    expect(stream.response()).toEqual({
      kind: 'response',
      parts: [{ kind: 'text', content: 'a' }],
      usage: requestUsage({ inputTokens: 1 }),
      modelName: 'm',
      providerName: 'p',
      timestamp: '2026-01-01T00:00:00Z',
      providerResponseId: 'r1',
      finishReason: 'stop',
      state: 'complete',
    })
  })

  it('is suspended when the provider pauses', async () => {
    const stream = open(async function* (parts, facts) {
      yield parts.handleText(0, { content: 'a' })
      facts.state = 'suspended'
    })
    await eventsOf(stream)
    expect(stream.response().state).toBe('suspended')
  })

  it('is interrupted by an error, which reaches the reader', async () => {
    const controller = new AbortController()
    let closed = 0
    const stream = open(
      async function* (parts) {
        yield parts.handleText(0, { content: 'a' })
        throw new Error('reset')
      },
      { controller, close: () => (closed += 1) },
    )
    await expect(eventsOf(stream)).rejects.toThrow('reset')
    expect(stream.response()).toMatchObject({ parts: [{ content: 'a' }], state: 'interrupted' })
    expect([controller.signal.aborted, closed]).toEqual([true, 1])
    await stream.cancel()
    expect(closed).toBe(1)
  })
})

describe('stopping early', () => {
  const endless = () => {
    const controller = new AbortController()
    const seen = { closed: 0, finished: false }
    const stream = open(
      async function* (parts) {
        try {
          for (;;) yield parts.handleText(0, { content: 'a' })
        } finally {
          seen.finished = true
        }
      },
      { controller, close: () => (seen.closed += 1) },
    )
    return { stream, controller, seen }
  }

  it('leaving the loop aborts the request and closes the source', async () => {
    const { stream, controller, seen } = endless()
    for await (const event of stream) if (event.kind === 'part-delta') break
    expect(controller.signal.aborted).toBe(true)
    expect(seen).toEqual({ closed: 1, finished: true })
    expect(stream.response()).toMatchObject({ parts: [{ content: 'aa' }], state: 'interrupted' })
  })

  it('a stream that was never read is closed as well', async () => {
    const { stream, controller, seen } = endless()
    await stream[Symbol.asyncDispose]()
    expect([controller.signal.aborted, seen.closed]).toEqual([true, 1])
    expect(await eventsOf(stream)).toEqual([])
  })

  it('cancelling while an event is awaited ends the stream without an error', async () => {
    const controller = new AbortController()
    const stream = open(
      // eslint-disable-next-line require-yield -- it is stuck before its first event
      async function* () {
        await new Promise((_, reject) =>
          controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error)),
        )
      },
      { controller },
    )
    const next = stream[Symbol.asyncIterator]().next()
    await stream.cancel()
    expect(await next).toEqual({ done: true, value: undefined })
    expect(stream.response().state).toBe('interrupted')
  })

  it('after the end changes nothing', async () => {
    const controller = new AbortController()
    const stream = open(
      async function* (parts) {
        yield parts.handleText(0, { content: 'a' })
      },
      { controller },
    )
    await eventsOf(stream)
    await stream.cancel()
    expect([controller.signal.aborted, stream.response().state]).toEqual([false, 'complete'])
  })
})

describe('completedStreamedResponse', () => {
  it('replays whole parts and is the response itself', async () => {
    const response = {
      kind: 'response',
      parts: [
        { kind: 'text', content: 'hi' },
        { kind: 'tool-call', toolName: 'f', args: '{}', toolCallId: 'c' },
      ],
      usage: requestUsage({ outputTokens: 2 }),
      modelName: 'x',
    } as const
    const stream = completedStreamedResponse(response, textOnly)
    expect(stream.response()).toBe(response)
    expect((await eventsOf(stream)).map(event => event.kind)).toEqual([
      'part-start',
      'final-result',
      'part-end',
      'part-start',
      'part-end',
    ])
    expect(stream.response()).toBe(response)
  })
})
