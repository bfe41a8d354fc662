import { block, reply } from '@tenon/local-bedrock'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { requestModel, streamModel, countTokens } from '../call-model.ts'
import { assistantTurn, callOf, drain, textOf, toolTurn, userTurn, weather } from './test-support/calls.ts'
import { claude, startEndpoint, type Endpoint } from './test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => void (endpoint = await startEndpoint()))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => endpoint.server.log.clear())

describe('request', () => {
  it('sends a prompt and reads text, usage, stop reason and request id', async () => {
    endpoint.responder.push(
      reply.text('Hi there', { usage: { inputTokens: 7, outputTokens: 2, cacheReadInputTokens: 5 } }),
    )
    const response = await requestModel(endpoint.model(), callOf())
    expect(response).toMatchObject({
      kind: 'response',
      parts: [{ kind: 'text', content: 'Hi there' }],
      modelName: claude,
      providerName: 'bedrock',
      providerUrl: endpoint.server.url,
      providerResponseId: endpoint.server.log[0]!.requestId,
      providerDetails: { finish_reason: 'end_turn' },
      finishReason: 'stop',
      state: 'complete',
    })
    expect(response.usage).toMatchObject({ inputTokens: 12, outputTokens: 2, cacheReadTokens: 5 })
    expect(endpoint.server.log[0]).toMatchObject({ httpVersion: '1.1', modelId: claude, operation: 'converse' })
  })

  it('calls a tool and sends its result', async () => {
    endpoint.responder.push(reply.toolUse('weather', { city: 'Riga' }, { toolUseId: 'tooluse_1' }), 'Three degrees.')
    const model = endpoint.model()
    const parameters = { functionTools: [weather] }
    const first = await requestModel(model, callOf({ parameters }))
    expect(first.parts).toEqual([
      { kind: 'tool-call', toolName: 'weather', args: { city: 'Riga' }, toolCallId: 'tooluse_1' },
    ])
    expect(first.finishReason).toBe('tool_call')
    const result = toolTurn({
      kind: 'tool-return',
      toolName: 'weather',
      content: { celsius: 3 },
      toolCallId: 'tooluse_1',
    })
    const second = await requestModel(model, callOf({ messages: [userTurn('Hello'), first, result], parameters }))
    expect(textOf(second)).toBe('Three degrees.')
    expect(endpoint.responder.requests.at(-1)).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [{ toolUse: { toolUseId: 'tooluse_1', name: 'weather', input: { city: 'Riga' } } }],
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 'tooluse_1', content: [{ text: '{"celsius":3}' }], status: 'success' } },
          ],
        },
      ],
      toolConfig: { tools: [{ toolSpec: { name: 'weather' } }], toolChoice: { auto: {} } },
    })
  })

  it('asks for native output with the schema as a string', async () => {
    endpoint.responder.push('{"n":1}')
    const jsonSchema = { type: 'object', properties: { n: { type: 'integer', minimum: 0 } }, required: ['n'] }
    await requestModel(
      endpoint.model(),
      callOf({ parameters: { outputMode: 'native', outputObject: { jsonSchema, name: 'Count' } } }),
    )
    const { textFormat } = (
      endpoint.server.log[0]!.body as {
        outputConfig: { textFormat: { structure: { jsonSchema: { schema: string; name: string } } } }
      }
    ).outputConfig
    expect(textFormat.structure.jsonSchema.name).toBe('Count')
    expect(JSON.parse(textFormat.structure.jsonSchema.schema)).toEqual({
      type: 'object',
      properties: { n: { type: 'integer', description: 'minimum=0' } },
      required: ['n'],
      additionalProperties: false,
    })
  })

  it('counts tokens for the model without its geography', async () => {
    const usage = await countTokens(endpoint.model(), callOf())
    expect(usage.inputTokens).toBeGreaterThan(0)
    expect(endpoint.server.log[0]!.path).toBe('/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens')
  })

  it('carries latency, served tier, trace, cache details and response fields', async () => {
    endpoint.responder.push(
      reply.text('x', {
        metrics: { latencyMs: 42 },
        serviceTier: { type: 'flex' },
        performanceConfig: { latency: 'standard' },
        trace: { promptRouter: { invokedModelId: 'anthropic.claude-x' } },
        additionalModelResponseFields: { stop_sequence: null },
        usage: { cacheWriteInputTokens: 3, cacheDetails: [{ ttl: '1h', inputTokens: 3 }] } as never,
      }),
    )
    const { providerDetails } = await requestModel(endpoint.model(), callOf())
    expect(providerDetails).toMatchObject({
      finish_reason: 'end_turn',
      latency_ms: 42,
      service_tier: 'flex',
      performance_config: { latency: 'standard' },
      invoked_model_id: 'anthropic.claude-x',
      cache_details: [{ ttl: '1h', inputTokens: 3 }],
      additional_model_response_fields: { stop_sequence: null },
    })
  })

  it('signs extra headers', async () => {
    endpoint.responder.push('x')
    await requestModel(endpoint.model(), callOf({ settings: { extraHeaders: { 'X-Team': 'blue' } } }))
    expect(endpoint.server.log[0]!.headers['x-team']).toBe('blue')
    expect(endpoint.server.log[0]!.auth?.signedHeaders).toContain('x-team')
  })
})

describe('requestStream', () => {
  it('yields parts as they come, and the same response as a request', async () => {
    const answer = reply.blocks([
      block.reasoning('Let me think', 'sig'),
      block.text('Hello world'),
      block.toolUse('weather', { city: 'Oslo' }, 't1'),
    ])
    endpoint.responder.push(answer, answer)
    const model = endpoint.model()
    const call = callOf({ parameters: { functionTools: [weather] } })
    const stream = await streamModel(model, call)
    const { events, response } = await drain(stream)
    expect(stream.modelName).toBe(claude)
    expect(events.filter(event => event.kind === 'part-start').map(event => event.part.kind)).toEqual([
      'thinking',
      'text',
      'tool-call',
    ])
    expect(events.filter(event => event.kind === 'part-end')).toHaveLength(3)
    expect(response.state).toBe('complete')
    const whole = await requestModel(model, call)
    const asText = response.parts.map(part =>
      part.kind === 'tool-call' ? { ...part, args: JSON.parse(part.args as string) as unknown } : part,
    )
    expect(asText).toEqual(whole.parts)
    expect(response.usage).toEqual(whole.usage)
    expect(response.finishReason).toBe(whole.finishReason)
  })

  it('reads binary redacted reasoning and sends the same bytes back', async () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0xc3, 0x28])
    const answer = reply.blocks([block.redacted(bytes), block.text('ok')])
    for (const method of ['stream', 'request'] as const) {
      endpoint.responder.push(answer, 'done')
      const model = endpoint.model()
      const response =
        method === 'stream'
          ? (await drain(await streamModel(model, callOf()))).response
          : await requestModel(model, callOf())
      await requestModel(
        model,
        callOf({ messages: [userTurn('Hello'), assistantTurn(...response.parts), userTurn('And?')] }),
      )
      expect(endpoint.responder.requests.at(-1)!.messages[1]!.content[0]).toEqual({
        reasoningContent: { redactedContent: Buffer.from(bytes).toString('base64') },
      })
    }
  })
})
