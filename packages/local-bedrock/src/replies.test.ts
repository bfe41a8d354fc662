import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../scripts/test-support/property-runs.ts'
import { AwsError, block, reply, scriptedResponder } from './index.ts'
import type { ContentBlock, LocalBedrockOptions, ReplyChunk } from './index.ts'
import { eventsOfReply, jsonPieces, messageOfEvents, textPieces } from './stream-events.ts'
import { clientFor, readStream, serverFor, transports } from './test-support/clients.ts'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]

const started = async (options: LocalBedrockOptions, config = {}) => {
  const server = await serverFor(options)
  const client = clientFor(server, { maxAttempts: 1, ...config })
  return {
    server,
    converse: () => client.send(new ConverseCommand({ modelId, messages })),
    stream: (abortSignal?: AbortSignal) =>
      readStream(() => client.send(new ConverseStreamCommand({ modelId, messages }), { abortSignal })),
  }
}

describe('replies', () => {
  it('are the same in Converse and ConverseStream', async () => {
    const bytes = new Uint8Array([0, 255, 128])
    const content: ContentBlock[] = [
      block.redacted(bytes),
      block.reasoning('thinking about it', 'signed'),
      block.text('Hello world'),
      {
        citationsContent: {
          content: [{ text: 'cited words' }],
          citations: [{ title: 'T', sourceContent: [{ text: 's' }] }],
        },
      },
      {
        toolUse: { toolUseId: 's1', name: 'nova_code_interpreter', input: { snippet: '1+1' }, type: 'server_tool_use' },
      },
      {
        toolResult: {
          toolUseId: 's1',
          type: 'nova_code_interpreter_result',
          status: 'success',
          content: [{ json: { out: 2 } }],
        },
      },
      { image: { format: 'png', source: { bytes } } },
      block.toolUse('weather', { city: 'Rīga' }, 'c1'),
    ]
    const usage = { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 100, cacheWriteInputTokens: 7 }
    const more = {
      usage,
      trace: { promptRouter: { invokedModelId: 'x' } },
      serviceTier: { type: 'flex' },
      performanceConfig: { latency: 'optimized' },
    }
    const at = await started({
      responder: () => reply.blocks(content, { ...more, additionalModelResponseFields: { a: 1 } }),
    })
    const whole = await at.converse()
    expect(whole.output?.message?.content?.[0]).toEqual({ reasoningContent: { redactedContent: bytes } })
    expect(whole.output?.message?.content?.[6]).toMatchObject({ image: { source: { bytes } } })
    expect(whole.stopReason).toBe('tool_use')
    expect(whole.usage).toEqual({ ...usage, totalTokens: 122 })
    expect(whole).toMatchObject({ ...more, usage: {}, additionalModelResponseFields: { a: 1 } })

    const { events, text, error } = await at.stream()
    expect(error).toBeUndefined()
    expect(text).toBe('Hello worldcited words')
    const deltas = events.flatMap(event => event.contentBlockDelta?.delta ?? [])
    expect(deltas[0]).toEqual({ reasoningContent: { redactedContent: bytes } })
    expect(deltas.some(delta => delta.reasoningContent?.signature === 'signed')).toBe(true)
    expect(deltas.some(delta => delta.citation?.title === 'T')).toBe(true)
    expect(
      events
        .filter(event => event.contentBlockStart)
        .map(event => Object.keys(event.contentBlockStart?.start ?? {})[0]),
    ).toEqual(['toolUse', 'toolResult', 'image', 'toolUse'])
    expect(events.at(-1)?.metadata).toMatchObject({
      usage: whole.usage!,
      trace: more.trace,
      serviceTier: more.serviceTier,
    })
    expect(events.at(-2)?.messageStop).toMatchObject({
      stopReason: 'tool_use',
      additionalModelResponseFields: { a: 1 },
    })
  })

  it('can be exact wire data, each half derived from the other', async () => {
    const events = [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'a' } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'b' } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'max_tokens' } },
      { metadata: { usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 }, metrics: { latencyMs: 4 } } },
    ]
    const byEvents = await started({ responder: () => reply.events(events) })
    expect(await byEvents.converse()).toMatchObject({
      stopReason: 'max_tokens',
      output: { message: { content: [{ text: 'ab' }] } },
      usage: { totalTokens: 3 },
    })
    expect((await byEvents.stream()).events).toEqual(events)
    const body = {
      output: { message: { role: 'assistant', content: [{ text: 'whole body' }] } },
      stopReason: 'stop_sequence',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      metrics: { latencyMs: 1 },
    }
    const byBody = await started({ responder: () => reply.body(body) })
    expect(await byBody.converse()).toMatchObject(body)
    const streamed = await byBody.stream()
    expect(streamed.text).toBe('whole body')
    expect(streamed.events.at(-2)).toEqual({ messageStop: { stopReason: 'stop_sequence' } })
  })

  it('may still be in the making', async () => {
    let release = () => {}
    const gate = new Promise<void>(resolve => (release = resolve))
    async function* chunks(): AsyncGenerator<ReplyChunk> {
      yield { reasoning: 'hm' }
      yield { signature: 'sig' }
      yield { text: 'first ' }
      await gate
      yield { text: 'second' }
      yield { toolUse: { name: 'weather', toolUseId: 'c1' } }
      yield { toolInput: '{"city":' }
      yield { toolInput: '"Riga"}' }
      yield { finish: { usage: { inputTokens: 1 } } }
    }
    const at = await started({ responder: () => chunks() })
    const reading = at.stream()
    // messageStart, two of reasoning, its stop and the first text left before the rest was written
    await at.server.log.waitFor(entry => entry.eventsSent === 5)
    release()
    const { events, text } = await reading
    expect(text).toBe('first second')
    const order = events.map(event => Object.keys(event)[0]?.replace('contentBlock', '')).join(' ')
    expect(order).toBe('messageStart Delta Delta Stop Delta Delta Stop Start Delta Delta Stop messageStop metadata')
    const whole = await at.converse()
    expect(whole.stopReason).toBe('tool_use')
    expect(whole.output?.message?.content?.at(-1)).toEqual({
      toolUse: { toolUseId: 'c1', name: 'weather', input: { city: 'Riga' } },
    })
    expect(whole.usage?.inputTokens).toBe(1)
  })

  it('may fail before and in the middle', async () => {
    async function* failing(): AsyncGenerator<ReplyChunk> {
      yield { text: 'so far' }
      throw new AwsError('ThrottlingException', 'slow down')
    }
    const responder = scriptedResponder([
      new AwsError('ServiceUnavailableException', 'not now'),
      () => failing(),
      () => Promise.reject(new Error('a bug')),
      async function* () {
        yield { text: 'x' }
        throw new Error('a bug')
      },
    ])
    const at = await started({ responder })
    await expect(at.converse()).rejects.toMatchObject({ name: 'ServiceUnavailableException', message: 'not now' })
    const { text, error } = await at.stream()
    expect(text).toBe('so far')
    expect(error).toMatchObject({ name: 'ThrottlingException', message: 'slow down' })
    await expect(at.converse()).rejects.toMatchObject({
      name: 'ModelErrorException',
      message: 'The responder failed: a bug',
    })
    expect((await at.stream()).error).toMatchObject({
      name: 'ModelStreamErrorException',
      message: 'The responder failed: a bug',
    })
    await expect(at.converse()).rejects.toThrow('The scripted responder has no reply left for request 5.')
  })

  it('come in the order of the script', async () => {
    const responder = scriptedResponder(['one'])
    const at = await started({ responder })
    responder.push(request => reply.text(`${request.messages.length} message`))
    expect((await at.converse()).output?.message?.content).toEqual([{ text: 'one' }])
    expect((await at.converse()).output?.message?.content).toEqual([{ text: '1 message' }])
    expect(responder.requests.map(request => request.messages)).toEqual([messages, messages])
    expect(responder.remaining).toBe(0)
  })
})

describe.each(transports)('a client that leaves, over $transport', ({ handler }) => {
  it('aborts the responder and is logged', async () => {
    let seen: AbortSignal | undefined
    async function* endless(signal: AbortSignal): AsyncGenerator<ReplyChunk> {
      seen = signal
      for (let index = 0; !signal.aborted; index++) {
        yield { text: `${index} ` }
        await new Promise(resolve => setTimeout(resolve, 1))
      }
    }
    const at = await started({ responder: (_request, info) => endless(info.signal) }, handler())
    const controller = new AbortController()
    const reading = at.stream(controller.signal)
    await at.server.log.waitFor(entry => entry.eventsSent > 5)
    controller.abort()
    const entry = await at.server.log.waitFor(({ closedByClient }) => closedByClient)
    expect(entry.closedByClientAt! - entry.receivedAt).toBeGreaterThan(0)
    await expect.poll(() => seen?.aborted).toBe(true)
    expect((await reading).isStopped).toBe(false)
  })

  it('does not mark finished answers as left', async () => {
    const at = await started({ responder: () => reply.text('x'.repeat(300_000)) }, handler())
    expect((await at.stream()).text).toHaveLength(300_000)
    await at.converse()
    await at.server.close()
    expect(at.server.log.map(entry => entry.closedByClient)).toEqual([false, false])
  })
})

describe('one port', () => {
  it('serves both protocols at once', async () => {
    const server = await serverFor({ responder: (_request, info) => reply.text(info.requestId) })
    const clients = transports.map(({ handler }) => clientFor(server, handler()))
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => clients[index % 2]!.send(new ConverseCommand({ modelId, messages }))),
    )
    for (const answer of answers) {
      expect(answer.output?.message?.content?.[0]?.text).toBe(answer.$metadata.requestId)
    }
    expect(new Set(server.log.map(entry => entry.requestId)).size).toBe(60)
    expect(new Set(server.log.map(entry => entry.httpVersion))).toEqual(new Set(['1.1', '2']))
  })
})

describe('pieces', () => {
  it('join to the text they were cut from and never split a code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const pieces = textPieces(text)
        expect(pieces.join('')).toBe(text)
        expect(pieces.every(piece => !/\p{Surrogate}/u.test(piece))).toBe(!/\p{Surrogate}/u.test(text))
        expect(jsonPieces(text).join('')).toBe(text)
      }),
      runs(),
    )
  })

  it('add up to the reply they tell', () => {
    // without backslashes in keys: after one, the `JSON.parse` of Node 24 and 26 reads other keys wrongly
    // (a defect of V8, https://github.com/nodejs/node/issues/63785, 2026-06)
    const input = fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
      .map(value => JSON.stringify(value))
      .filter(written => !written.includes('\\\\'))
    const content = fc.array(
      fc.oneof(
        fc.string({ minLength: 1 }).map(text => block.text(text)),
        fc.tuple(fc.string({ minLength: 1 }), fc.string()).map(([text, signature]) => block.reasoning(text, signature)),
        fc.tuple(fc.string(), input).map(([name, written]) => block.toolUse(name, JSON.parse(written), 'id')),
        fc.uint8Array({ minLength: 1 }).map(bytes => block.redacted(bytes)),
      ),
    )
    fc.assert(
      fc.property(content, blocks => {
        const ending = { stopReason: 'end_turn', metadata: { usage: {} } }
        expect(messageOfEvents(eventsOfReply({ content: blocks }, () => ending)).content).toEqual(blocks)
      }),
      runs(),
    )
  })
})
