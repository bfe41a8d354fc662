import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { UserError } from '../errors/user-error.ts'
import { emptyUsage, requestUsage } from '../usage/usage.ts'
import { messagesFromJson, messagesFromWire, messagesToJson, messagesToWire } from './codec.ts'
import golden from './codec.golden.json' with { type: 'json' }
import type { UserContent } from './content.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import type { RequestPart, ResponsePart } from './part.ts'
import { binaryContent, imageUrl } from './user-content.ts'

type Wire = Record<string, unknown>

const request = (...parts: unknown[]): Wire => ({ kind: 'request', parts })
const response = (...parts: unknown[]): Wire => ({ kind: 'response', parts })
const user = (content: unknown): Wire => ({ part_kind: 'user-prompt', content })
const result = (content: unknown, more: Wire = {}): Wire => ({
  part_kind: 'tool-return',
  tool_name: 'f',
  tool_call_id: 'c',
  content,
  ...more,
})

function readRequest(wire: Wire): ModelRequest {
  const [message] = messagesFromWire([wire])
  if (message?.kind !== 'request') throw new Error('no request')
  return message
}

function readResponse(wire: Wire): ModelResponse {
  const [message] = messagesFromWire([wire])
  if (message?.kind !== 'response') throw new Error('no response')
  return message
}

function problem(wire: unknown): string {
  try {
    messagesFromWire(wire)
  } catch (error) {
    if (UserError.is(error)) return error.message
    throw error
  }
  return 'no problem'
}

describe('the golden history', () => {
  it('comes back byte for byte', () => {
    expect(messagesToJson(messagesFromWire(golden))).toBe(JSON.stringify(golden))
    expect(messagesFromJson(JSON.stringify(golden))).toEqual(messagesFromWire(golden))
  })

  it('reads as messages in the words of the API', () => {
    const [first, second, third] = messagesFromWire(golden)
    expect(first).toMatchObject({ kind: 'request', runId: 'run-a', instructions: 'Answer briefly.' })
    expect(first).not.toHaveProperty('state')
    expect(first?.parts[1]).toMatchObject({ kind: 'user-prompt', timestamp: '2025-03-01T08:00:00.000120+02:00' })
    const content = first?.parts[1] as { content: UserContent[] }
    expect(content.content[6]).toEqual({ kind: 'binary', data: '/+8+', mediaType: 'image/gif', identifier: '321f7b' })
    expect(second).toMatchObject({ finishReason: 'tool_call', state: 'interrupted', usage: { cost: '0.000410' } })
    expect(second?.parts[2]).toEqual({
      kind: 'tool-call',
      toolName: 'trains',
      args: '{"to" :"Riga"}',
      toolCallId: 'c1',
    })
    expect(third?.parts[0]).toMatchObject({
      outcome: 'failed',
      content: { map: { kind: 'image-url', mediaType: 'image/png' } },
    })
    expect(third).not.toHaveProperty('timestamp')
  })

  it('gets the same identifiers when they have to be worked out', () => {
    const bare = JSON.parse(JSON.stringify(golden), (key, value: unknown) =>
      key === 'identifier' ? undefined : value,
    ) as Wire[]
    const written = messagesToJson(messagesFromWire(bare))
    expect(written).toBe(JSON.stringify(golden).replace('"mine"', '"df3056"'))
  })

  it('keeps unknown keys everywhere, and writes them last', () => {
    const added = JSON.parse(JSON.stringify(golden), (_, value: unknown) =>
      isRecordOfFormat(value) ? { ...value, from_the_future: { deep: [1] }, constructor: 2 } : value,
    ) as unknown
    expect(messagesToJson(messagesFromWire(added))).toBe(JSON.stringify(added))
    expect(messagesFromWire(added)[0]?.extra).toEqual({ from_the_future: { deep: [1] }, constructor: 2 })
  })
})

/** Messages, parts, user content and usage; not the free-form objects inside them. */
function isRecordOfFormat(value: unknown): value is Wire {
  return (
    typeof value === 'object' && value !== null && ('part_kind' in value || 'kind' in value || 'input_tokens' in value)
  )
}

describe('messagesFromWire', () => {
  it('takes minimal records', () => {
    expect(messagesFromWire([request(user('hi')), response({ part_kind: 'text', content: 'yo' })])).toEqual([
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'hi' }] },
      { kind: 'response', parts: [{ kind: 'text', content: 'yo' }], usage: emptyUsage },
    ])
    expect(messagesFromWire([])).toEqual([])
  })

  it('takes older names', () => {
    const old = readResponse({
      ...response(),
      vendor_details: { a: 1 },
      vendor_id: 'v1',
      usage: { requests: 1, request_tokens: 7, response_tokens: null, total_tokens: 9, details: null, new_counter: 3 },
    })
    expect(old).toEqual({
      kind: 'response',
      parts: [],
      providerDetails: { a: 1 },
      providerResponseId: 'v1',
      usage: { ...requestUsage({ inputTokens: 7 }), extra: { new_counter: 3 } },
    })
    expect(messagesToWire([old])[0]).toMatchObject({ usage: { input_tokens: 7, output_tokens: 0, new_counter: 3 } })
    expect(readRequest(request({ part_kind: 'tool-availability-delta', added: ['x'] })).parts[0]).toMatchObject({
      toolsAdded: ['x'],
    })
    const both = readResponse({ ...response(), vendor_id: 'old', provider_response_id: 'new' })
    expect(both.providerResponseId).toBe('new')
  })

  it('reads the same ids every time for calls without one, and different ones for different places', () => {
    const call = { part_kind: 'tool-call', tool_name: 'f', args: null }
    const wire = [response(call, call), response(call), request({ ...result(1), tool_call_id: null })]
    const ids = messagesFromWire(wire).flatMap(message =>
      message.parts.map(part => ('toolCallId' in part ? part.toolCallId : undefined)),
    )
    expect(new Set(ids).size).toBe(4)
    expect(ids[0]).toMatch(/^call_[0-9a-f]{32}$/)
    expect(messagesFromWire(structuredClone(wire))).toEqual(messagesFromWire(wire))
  })

  it('keeps timestamps as text and turns epoch numbers into text', () => {
    const at = (timestamp: unknown): string | undefined => readRequest({ ...request(), timestamp }).timestamp
    expect(at('2025-03-01')).toBe('2025-03-01')
    expect(at('<now>')).toBe('<now>')
    expect(at(1_700_000_000)).toBe('2023-11-14T22:13:20Z')
    expect(at(1_700_000_000_123)).toBe('2023-11-14T22:13:20.123000Z')
    expect(at(1_700_000_000.5)).toBe('2023-11-14T22:13:20.500000Z')
    expect(at(null)).toBeUndefined()
    const [part] = readRequest(request(user('x'))).parts
    expect(part).not.toHaveProperty('timestamp')
    expect(messagesToJson([{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'x' }] }])).toContain(
      '{"content":"x","part_kind":"user-prompt"}',
    )
  })

  it('takes base64 of either alphabet, padded or not', () => {
    const data = (text: string): unknown =>
      readRequest(request(user([{ kind: 'binary', data: text, media_type: 'image/png' }]))).parts[0]
    for (const text of ['-_8', '-_8=', '+/8', '+/8=']) expect(data(text)).toMatchObject({ content: [{ data: '+/8=' }] })
    expect(() => data('+_8=')).toThrow(/base64 of one alphabet/)
  })

  it('says where something does not fit, and what it is', () => {
    const typed = (part: Wire): Wire[] => [response(part)]
    expect([
      problem({}),
      problem([{ kind: 'reply', parts: [] }]),
      problem([request(), { kind: 'request' }]),
      problem([request({ part_kind: 'constructor' })]),
      problem([request({ part_kind: 'text', content: 'x' })]),
      problem([request(user(['a', { kind: 'hologram' }]))]),
      problem([request(user('a'), { part_kind: 'system-prompt', content: 5 })]),
      problem([request({ part_kind: 'tool-return', tool_name: 'f' })]),
      problem([{ ...response(), finish_reason: 'tired' }]),
      problem([{ ...response(), state: 'done' }]),
      problem([{ ...response(), usage: null }]),
      problem([{ ...response(), usage: { details: { a: 'many' } } }]),
      problem([{ ...response(), usage: { cost: 'free' } }]),
      problem([request(result(1, { outcome: 'maybe' }))]),
      problem([request(result(1, { tool_kind: 'magic' }))]),
      problem([request(result({}, { tool_kind: 'tool-search' }))]),
      problem([request(result({ tools: [] }, { tool_kind: 'tool-search', tool_name: 'search_tools' }))]),
      problem(typed({ part_kind: 'tool-call', tool_name: 'load_capability', args: {}, tool_kind: 'capability-load' })),
      problem(
        typed({
          part_kind: 'builtin-tool-call',
          tool_name: 'load_capability',
          args: { id: 'x' },
          tool_kind: 'capability-load',
        }),
      ),
      problem(typed({ part_kind: 'speech', speaker: 'user' })),
      problem([{ ...request(), timestamp: true }]),
      problem([{ ...request(), metadata: [1] }]),
    ]).toMatchInlineSnapshot(`
      [
        "messages: expected an array; got {}.",
        "messages[0].kind: expected one of request, response; got "reply".",
        "messages[1].parts: is required and missing.",
        "messages[0].parts[0].part_kind: expected one of system-prompt, user-prompt, tool-return, retry-prompt, tool-availability-delta, speech; got "constructor".",
        "messages[0].parts[0].part_kind: expected one of system-prompt, user-prompt, tool-return, retry-prompt, tool-availability-delta, speech; got "text".",
        "messages[0].parts[0].content[1].kind: expected one of text-content, image-url, audio-url, video-url, document-url, binary, uploaded-file, cache-point; got "hologram".",
        "messages[0].parts[1].content: expected text; got 5.",
        "messages[0].parts[0].content: is required and missing.",
        "messages[0].finish_reason: expected one of stop, length, content_filter, tool_call, error; got "tired".",
        "messages[0].state: expected one of complete, incomplete, suspended, interrupted; got "done".",
        "messages[0].usage: expected an object; got null.",
        "messages[0].usage.details.a: expected a number; got "many".",
        "messages[0].usage.cost: expected a decimal number as text; got "free".",
        "messages[0].parts[0].outcome: expected one of success, failed, denied, interrupted; got "maybe".",
        "messages[0].parts[0].tool_kind: expected one of tool-search, capability-load; got "magic".",
        "messages[0].parts[0].tool_name: expected "search_tools" for a tool-search; got "f".",
        "messages[0].parts[0].content: expected an object with \`discovered_tools\`, an array of objects with a \`name\`; got {"tools":[]}.",
        "messages[0].parts[0].args: expected an object with an \`id\`; got {}.",
        "messages[0].parts[0].tool_name: expected no builtin-tool-call of kind capability-load; got "load_capability".",
        "messages[0].parts[0].speaker: expected "assistant" in a response; got "user".",
        "messages[0].timestamp: expected a timestamp; got true.",
        "messages[0].metadata: expected an object; got [1].",
      ]
    `)
    expect(() => messagesFromJson('{')).toThrow(/^The messages are not JSON: /)
  })
})

describe('tool results', () => {
  const image = { kind: 'image-url', url: 'https://tenon.example/a.png' }

  it('hold files at any depth', () => {
    const part = readRequest(request(result({ a: [{ b: image }], c: 1 }))).parts[0]
    expect(part).toMatchObject({ content: { a: [{ b: image }], c: 1 } })
    const [written] = messagesToWire([{ kind: 'request', parts: [part as RequestPart] }]) as [Wire]
    expect(JSON.stringify(written)).toContain('"force_download":false')
  })

  it('stay as they are where something only looks like a file', () => {
    for (const content of [
      { kind: 'image-url' },
      { kind: 'image-url', url: 5 },
      { kind: 'image-url', url: 'x', media_type: 7 },
      { kind: 'binary', data: '***', media_type: 'image/png' },
      { kind: 'binary', data: 'AA==' },
      { kind: 'uploaded-file', file_id: 'x' },
      { kind: 'text-content', content: 'x', media_type: 'y' },
      [{ kind: 'image-url', url: 'x', force_download: 'sometimes' }],
    ]) {
      const read = readRequest(request(result(content)))
      expect(read.parts[0]).toMatchObject({ content })
      expect(JSON.parse(messagesToJson([read]))).toMatchObject([{ parts: [{ content }] }])
    }
  })

  it('of which nothing is a file are not copied', () => {
    const content = { rows: [{ id: 1 }, { id: 2 }] }
    const [part] = readRequest(request(result(content))).parts
    expect((part as { content: unknown }).content).toBe(content)
  })

  it('are written as JSON whatever a tool returned', () => {
    const write = (content: unknown): unknown => {
      const part: RequestPart = { kind: 'tool-return', toolName: 'f', toolCallId: 'c', content }
      const [message] = JSON.parse(messagesToJson([{ kind: 'request', parts: [part] }])) as [{ parts: [Wire] }]
      return message.parts[0]['content']
    }
    expect(write(undefined)).toBe(null)
    expect(write({ at: new Date(0), none: undefined, bytes: new Uint8Array([251, 255]) })).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      bytes: '-_8=',
    })
    expect(write(new Set([1, NaN]))).toEqual([1, null])
    expect(
      write(
        new Map([
          ['a', 9n],
          ['b', 2n ** 80n],
        ]),
      ),
    ).toEqual({ a: 9, b: '1208925819614629174706176' })
    expect(write({ kind: 'binary', data: 'not base64!', mediaType: 'x/y' })).toMatchObject({ data: 'not base64!' })
    const loop: unknown[] = []
    loop.push([loop])
    expect(() => write(loop)).toThrow(UserError)
    expect(() => write(() => 1)).toThrow(UserError)
  })
})

describe('messagesToWire', () => {
  it('writes null for a media type nobody knows, or refuses in strict mode', () => {
    const messages: ModelMessage[] = [
      { kind: 'request', parts: [{ kind: 'user-prompt', content: [imageUrl('https://tenon.example/cat')] }] },
    ]
    expect(messagesToJson(messages)).toContain('"media_type":null')
    expect(() => messagesToWire(messages, { strict: true })).toThrow(/cannot be told from its extension/)
  })

  it('refuses base64 that is none, and says where', () => {
    const content = [{ ...binaryContent('', 'image/png'), data: 'ü' }]
    expect(() => messagesToWire([{ kind: 'request', parts: [{ kind: 'user-prompt', content }] }])).toThrow(
      'messages[0].parts[0].content[0].data: expected base64 of one alphabet; got "ü".',
    )
  })
})

describe('hostile keys', () => {
  const hostile = (text: string): string => text.replaceAll('$KEY', '__proto__')

  it('survive as data and touch no prototype', () => {
    const json = hostile(
      `[{"kind":"request","$KEY":{"polluted":1},"metadata":{"$KEY":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},
        "parts":[{"part_kind":"tool-return","tool_name":"__proto__","tool_call_id":"constructor","$KEY":{"polluted":1},
          "content":{"$KEY":{"kind":"image-url","url":"https://tenon.example/a.png"},"toString":1}}]},
        {"kind":"response","parts":[{"part_kind":"tool-call","tool_name":"f","tool_call_id":"c","args":{"$KEY":{"polluted":1}}}],
         "usage":{"$KEY":{"polluted":1},"details":{"$KEY":3}}}]`,
    )
    const messages = messagesFromJson(json)
    expect(({} as Wire)['polluted']).toBeUndefined()
    const written = messagesToJson(messages)
    expect(JSON.stringify(JSON.parse(written))).toBe(written)
    expect(written.split('"__proto__":').length).toBe(json.split('"__proto__":').length)
    expect(messagesToJson(messagesFromJson(written))).toBe(written)
    expect(Object.getPrototypeOf(messages[0]?.metadata)).toBe(Object.prototype)
  })

  it('in place of kinds are unknown kinds', () => {
    for (const kind of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(problem([{ kind, parts: [] }])).toMatch(/^messages\[0\]\.kind: expected one of/)
      expect(problem([request({ part_kind: kind })])).toMatch(/part_kind: expected one of/)
      expect(problem([request(user([{ kind }]))])).toMatch(/content\[0\]\.kind: expected one of/)
    }
  })

  it('cannot overflow the stack', () => {
    const depth = 100_000
    const json = `[{"kind":"request","parts":[{"part_kind":"tool-return","tool_name":"f","tool_call_id":"c","content":${'['.repeat(depth)}${']'.repeat(depth)}}]}]`
    const messages = messagesFromJson(json)
    expect(() => messagesToJson(messages)).toThrow(/nested more than 500 deep/)
  })
})

// messages as reading gives them: defaults left out, identifiers and media types of files spelled out
const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
/** Without backslashes: after a key that ends in one, the `JSON.parse` of Node 24 and 26 reads other keys wrongly
 *  ([a defect of V8](https://github.com/nodejs/node/issues/63785), 2026-06). */
const key = text.filter(name => !name.includes('\\'))
const json = fc
  .jsonValue({ maxDepth: 2 })
  .map(value => JSON.stringify(value))
  .filter(written => !written.includes('\\\\'))
  .map(written => JSON.parse(written) as never)
const object = fc.dictionary(key, json, { noNullPrototype: true }) as fc.Arbitrary<never>
const extra = optional(
  fc.dictionary(fc.constantFrom('future_a', 'future_b'), json, { minKeys: 1 }) as fc.Arbitrary<never>,
)
const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T
const record = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape).map(value => defined(value as T))
const provider = { id: optional(text), providerName: optional(text), providerDetails: optional(object), extra }
const binary = fc
  .tuple(fc.uint8Array({ maxLength: 9 }), text, text)
  .map(([bytes, mediaType, identifier]) => binaryContent(bytes, mediaType, { identifier }))
const fileUrl = record({
  kind: fc.constantFrom('image-url', 'audio-url', 'video-url', 'document-url'),
  url: text,
  forceDownload: optional(fc.constantFrom(true, 'allow-local' as const)),
  vendorMetadata: optional(object),
  mediaType: text,
  identifier: text,
  extra,
}) as fc.Arbitrary<UserContent>
const userContent: fc.Arbitrary<UserContent> = fc.oneof(
  text,
  binary,
  fileUrl,
  record({
    kind: fc.constant('text-content' as const),
    content: text,
    metadata: optional(json.filter(value => value !== null)),
    extra,
  }),
  record({ kind: fc.constant('cache-point' as const), ttl: optional(fc.constant('1h' as const)), extra }),
)
const toolContent = fc.oneof(
  json,
  fc.array(fc.oneof(binary, fileUrl, json), { maxLength: 3 }),
  fc.record({ file: binary }),
)
const timestamp = optional(fc.constantFrom('2025-01-01T00:00:00Z', '2025-01-01T00:00:00.000001+01:00'))
const toolReturn = {
  toolName: text,
  toolCallId: text,
  content: toolContent,
  metadata: optional(json.filter(value => value !== null)),
  timestamp,
  outcome: optional(fc.constantFrom('failed', 'denied', 'interrupted')),
  extra,
}
const call = { toolName: text, toolCallId: text, args: optional(fc.oneof(text, object)), ...provider }
const requestPart = fc.oneof(
  record({ kind: fc.constant('system-prompt'), content: text, timestamp, dynamicRef: optional(text), extra }),
  record({
    kind: fc.constant('user-prompt'),
    content: fc.oneof(text, fc.array(userContent, { maxLength: 4 })),
    timestamp,
    extra,
  }),
  record({ kind: fc.constant('tool-return'), ...toolReturn }),
  record({
    kind: fc.constant('retry-prompt'),
    content: text,
    toolName: optional(text),
    toolCallId: text,
    timestamp,
    extra,
  }),
  record({ kind: fc.constant('tool-availability-delta'), toolsAdded: fc.array(text, { maxLength: 2 }), extra }),
) as fc.Arbitrary<RequestPart>
const responsePart = fc.oneof(
  record({ kind: fc.constant('text'), content: text, ...provider }),
  record({ kind: fc.constant('thinking'), content: text, signature: optional(text), ...provider }),
  record({ kind: fc.constantFrom('tool-call', 'builtin-tool-call'), ...call }),
  record({ kind: fc.constant('builtin-tool-return'), ...toolReturn, providerName: optional(text) }),
  record({ kind: fc.constant('file'), content: binary, ...provider }),
  record({ kind: fc.constant('compaction'), content: optional(text), ...provider }),
  record({ kind: fc.constant('speech'), speaker: fc.constant('assistant'), audio: optional(binary), ...provider }),
) as fc.Arbitrary<ResponsePart>
const common = { timestamp, runId: optional(text), conversationId: optional(text), metadata: optional(object), extra }
const count = fc.nat(1000)
const usage = fc
  .record({ inputTokens: count, outputTokens: count, cacheReadTokens: count, details: fc.dictionary(key, count) })
  .map(requestUsage)
const anyMessage: fc.Arbitrary<ModelMessage> = fc.oneof(
  record<ModelRequest>({
    kind: fc.constant('request'),
    parts: fc.array(requestPart, { maxLength: 4 }),
    instructions: optional(text),
    state: optional(fc.constant('interrupted')),
    ...common,
  } as never),
  record<ModelResponse>({
    kind: fc.constant('response'),
    parts: fc.array(responsePart, { maxLength: 4 }),
    usage,
    modelName: optional(text),
    finishReason: optional(fc.constantFrom('stop', 'length')),
    state: optional(fc.constantFrom('suspended', 'interrupted', 'incomplete')),
    ...common,
  } as never),
)

describe('the round trip', () => {
  it('gives back any messages', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 4 }), messages => {
        const before = structuredClone(messages)
        expect(messagesFromJson(messagesToJson(messages))).toEqual(messages)
        expect(messages).toEqual(before)
      }),
      runs(200),
    )
  })

  it('never throws anything but a UserError, whatever it is given', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.array(
        fc.record({
          kind: fc.constantFrom('request', 'response'),
          parts: fc.array(
            fc.dictionary(
              fc.constantFrom('part_kind', 'content', 'tool_name', 'args', 'tool_kind', 'audio', 'speaker'),
              fc.oneof(
                fc.constantFrom(
                  'text',
                  'user-prompt',
                  'tool-return',
                  'tool-call',
                  'file',
                  'speech',
                  'retry-prompt',
                  'tool-search',
                ),
                fc.anything(),
              ),
            ),
          ),
        }),
      ),
    )
    fc.assert(
      fc.property(anything, wire => {
        try {
          messagesToJson(messagesFromWire(wire))
        } catch (error) {
          expect(UserError.is(error)).toBe(true)
        }
      }),
      runs(400),
    )
  })
})
