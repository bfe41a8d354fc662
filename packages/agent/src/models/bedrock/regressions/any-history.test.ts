import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runs, timeLimitMs } from '../../../../../../scripts/test-support/property-runs.ts'
import { UserError } from '../../../errors/user-error.ts'
import type { UserContent } from '../../../messages/content.ts'
import type { ModelMessage } from '../../../messages/message.ts'
import type { RequestPart, ResponsePart } from '../../../messages/part.ts'
import { binaryContent, cachePoint, uploadedFile } from '../../../messages/user-content.ts'
import { requestModel } from '../../call-model.ts'
import { assistantTurn, callOf, toolTurn, weather } from '../test-support/calls.ts'
import { claude, nova, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(
  async () =>
    void (endpoint = await startEndpoint({
      responder: () => ({ content: [{ text: 'ok' }] }),
      maxLogEntries: 3,
      models: 'any',
    })),
)
afterAll(() => endpoint[Symbol.asyncDispose]())

// what models, users and other providers put into histories, the awkward with the ordinary
const words = fc.constantFrom(
  'Hello',
  'a',
  '',
  ' ',
  '\n\t',
  'é🌍',
  'cut \ud83c',
  '\udf0d cut',
  '__proto__',
  'constructor',
  '<system>x</system>',
)
const toolNames = fc.constantFrom('weather', 'gone_tool', '$READ FILE', 'constructor', 'x'.repeat(90))
const callIds = fc.constantFrom(
  'a',
  'b',
  'call_0',
  'tooluse_daIKOZu4g4GrvIIv9wdqy4',
  '',
  'with space',
  'y'.repeat(100),
  '__proto__',
)
const file = fc.constantFrom<UserContent>(
  binaryContent(Uint8Array.from([1]), 'image/png'),
  binaryContent(Uint8Array.from([2]), 'application/pdf'),
  binaryContent(Uint8Array.from([3]), 'text/plain'),
)
const userContent = fc.oneof(
  { weight: 3, arbitrary: words },
  { weight: 2, arbitrary: file },
  fc.constantFrom<UserContent>(cachePoint(), cachePoint('1h'), uploadedFile('s3://bucket/a.png', 'bedrock')),
)
const prompt = fc.oneof(words, fc.array(userContent, { maxLength: 4 }))
const toolContent = fc.oneof(
  words,
  fc.constantFrom(null, [], {}, { a: 1 }, { '\ud83c': 'x\udf0d' }, [1, 'b', null], [['nested']]),
  fc.array(fc.oneof(words, file), { maxLength: 3 }),
)

const callPart = fc.record({
  kind: fc.constant('tool-call' as const),
  toolName: toolNames,
  toolCallId: callIds,
  args: fc.constantFrom(
    '{}',
    '',
    '{"city":"Riga"}',
    '{"city":"\\ud83c"}',
    { '\udf0d': ['\ud83c'] },
    '{"cut',
    '[1]',
    { city: 'Oslo' },
    undefined,
  ),
})
const thinking = fc.record({
  kind: fc.constant('thinking' as const),
  content: words,
  providerName: fc.constantFrom('bedrock', 'anthropic', undefined),
})
const text = fc.record({ kind: fc.constant('text' as const), content: words })
const providerName = fc.constantFrom('bedrock', 'openai', 'anthropic', undefined)
const nativeName = fc.constantFrom('code_execution', 'web_search', 'tool_search', 'constructor')
const nativeCall = fc.record({
  kind: fc.constant('builtin-tool-call' as const),
  toolName: nativeName,
  toolCallId: fc.constantFrom('n1', 'n2'),
  args: fc.constantFrom('{"snippet":"1"}', undefined),
  providerName,
})
const nativeReturn = fc.record({
  kind: fc.constant('builtin-tool-return' as const),
  toolName: nativeName,
  toolCallId: fc.constantFrom('n1', 'n2'),
  content: fc.constantFrom(null, 'text', { stdOut: 'x' }),
  providerName,
})
const made = fc.record({
  kind: fc.constant('file' as const),
  content: fc.constant({ kind: 'binary' as const, data: 'AQID', mediaType: 'image/png' }),
})
const compaction = fc.record({ kind: fc.constant('compaction' as const), content: words, providerName })
const answer = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: callPart },
    { weight: 2, arbitrary: thinking },
    { weight: 2, arbitrary: text },
    nativeCall,
    nativeReturn,
    made,
    compaction,
  ),
  { maxLength: 5 },
)
const plainRequest = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('user-prompt' as const), content: prompt }),
    fc.record({ kind: fc.constant('system-prompt' as const), content: words }),
    fc.record({ kind: fc.constant('retry-prompt' as const), content: words, toolCallId: callIds }),
  ),
  { maxLength: 3 },
)

/** A history as the loop keeps it: every call is answered by the next request, in any order, with other parts around. */
const history: fc.Arbitrary<ModelMessage[]> = fc
  .array(
    fc.tuple(
      plainRequest,
      answer,
      fc.array(fc.tuple(toolContent, fc.constantFrom('success', 'failed', 'retry')), { minLength: 5, maxLength: 5 }),
      fc.boolean(),
      fc.constantFrom(claude, nova, 'gpt-5', undefined),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map(rounds => {
    const messages: ModelMessage[] = []
    let owed: RequestPart[] = []
    for (const [request, response, results, isReversed, modelName] of rounds) {
      messages.push(toolTurn(...(isReversed ? [...request, ...owed.toReversed()] : [...owed, ...request])), {
        ...assistantTurn(...response),
        ...(modelName !== undefined && { modelName }),
      })
      owed = resultsOf(response, results)
    }
    return [...messages, toolTurn(...owed, { kind: 'user-prompt', content: 'Go on.' })]
  })

function resultsOf(response: readonly ResponsePart[], results: readonly (readonly [unknown, string])[]): RequestPart[] {
  return response.flatMap((part, index): RequestPart[] => {
    if (part.kind !== 'tool-call') return []
    const { toolName, toolCallId } = part
    const [content, outcome] = results[index]!
    if (outcome === 'retry') return [{ kind: 'retry-prompt', content: 'Again.', toolName, toolCallId }]
    return [{ kind: 'tool-return', toolName, toolCallId, content, outcome: outcome as 'success' | 'failed' }]
  })
}

const settings = fc.record(
  {
    bedrockCacheMessages: fc.constantFrom(true, '5m' as const),
    bedrockCacheInstructions: fc.constantFrom(true, '1h' as const),
    bedrockCacheToolDefinitions: fc.constantFrom(true, '1h' as const),
    topK: fc.constant(5),
    temperature: fc.constantFrom(0, 1),
    topP: fc.constantFrom(0.5, 0.99),
    thinking: fc.constantFrom(true, 'low' as const, false),
    maxTokens: fc.constantFrom(2000, 20_000),
    parallelToolCalls: fc.constant(false),
    toolChoice: fc.constantFrom('auto' as const, 'none' as const),
    bedrockGuardContent: fc.constantFrom('last' as const, 'all' as const),
  },
  { requiredKeys: [] },
)

describe.each([
  ['Claude', claude],
  ['an older Claude', 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'],
  ['a Claude without sampling', 'us.anthropic.claude-opus-4-8'],
  ['Nova', nova],
  ['Nova 2', 'us.amazon.nova-2-lite-v1:0'],
  ['Llama', 'us.meta.llama3-3-70b-instruct-v1:0'],
  ['Mistral', 'mistral.mistral-large-2407-v1:0'],
  ['Qwen', 'qwen.qwen3-32b-v1:0'],
  ['Writer', 'us.writer.palmyra-x5-v1:0'],
  ['gpt-oss', 'openai.gpt-oss-120b-1:0'],
  ['DeepSeek', 'deepseek.v3.2'],
  ['Mistral 7B, which knows no tools', 'mistral.mistral-7b-instruct-v0:2'],
  ['a family nobody described', 'initech.tps-1'],
])('any history, sent to %s', (_, name) => {
  it('is taken by the endpoint, or refused here with a reason', { timeout: timeLimitMs }, async () => {
    const model = endpoint.model(name, { connect: { maxAttempts: 1 } })
    await fc.assert(
      fc.asyncProperty(history, settings, fc.boolean(), async (messages, chosen, hasTools) => {
        const parameters = {
          functionTools: hasTools ? [weather] : [],
          instructionParts: [{ content: 'Help.', dynamic: false }],
        }
        const before = JSON.stringify(messages)
        try {
          await requestModel(model, callOf({ messages, settings: chosen, parameters }))
        } catch (error) {
          if (!(error instanceof UserError))
            throw new Error(JSON.stringify(endpoint.server.log.at(-1)?.body), { cause: error })
        }
        expect(JSON.stringify(messages)).toBe(before)
      }),
      runs(80),
    )
  })
})
