import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it } from 'vitest'
import { block, localCredential, reply, scriptedResponder, startLocalBedrock } from './index.ts'
import type { LocalBedrockOptions } from './index.ts'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]

const transports = [
  ['HTTP/2', '2', () => ({})],
  ['HTTP/1.1', '1.1', () => ({ requestHandler: new NodeHttpHandler() })],
] as const

describe.each(transports)('over %s', (_name, version, handler) => {
  const start = async (options: LocalBedrockOptions) => {
    const server = await startLocalBedrock(options)
    const client = new BedrockRuntimeClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: localCredential,
      ...handler(),
    })
    const close = async () => {
      client.destroy()
      await server.close()
    }
    return { server, client, [Symbol.asyncDispose]: close }
  }
  const collect = async (stream: AsyncIterable<ConverseStreamOutput> | undefined) => {
    const events: ConverseStreamOutput[] = []
    for await (const event of stream ?? []) events.push(event)
    return events
  }

  it('answers Converse', async () => {
    await using at = await start({ responder: scriptedResponder(['Hello there']) })
    const answer = await at.client.send(new ConverseCommand({ modelId, messages }))
    expect(answer.output?.message?.content).toEqual([{ text: 'Hello there' }])
    expect(answer.stopReason).toBe('end_turn')
    expect(answer.usage).toEqual({ inputTokens: 4, outputTokens: 3, totalTokens: 7 })
    const [entry] = at.server.log
    expect(entry).toMatchObject({ httpVersion: version, modelId, operation: 'converse', status: 200, attempt: 1 })
    expect(entry?.auth).toMatchObject({ kind: 'sigv4', keyId: 'local', service: 'bedrock', isAccepted: true })
    expect(answer.$metadata.requestId).toBe(entry?.requestId)
  })

  it('streams text, tools and reasoning as events', async () => {
    const content = [
      block.reasoning('Let me see', 'sig'),
      block.text('Looking it up 🌍é.'),
      block.toolUse('weather', { city: 'Rīga' }, 'call-1'),
    ]
    await using at = await start({ responder: scriptedResponder([reply.blocks(content)]) })
    at.server.faults.next({ chunkBytes: 7 })
    const answer = await at.client.send(new ConverseStreamCommand({ modelId, messages }))
    const events = await collect(answer.stream)
    const text = events.map(event => event.contentBlockDelta?.delta?.text ?? '').join('')
    const input = events.map(event => event.contentBlockDelta?.delta?.toolUse?.input ?? '').join('')
    expect(text).toBe('Looking it up 🌍é.')
    expect(JSON.parse(input)).toEqual({ city: 'Rīga' })
    expect(events[0]).toEqual({ messageStart: { role: 'assistant' } })
    expect(events.filter(event => event.contentBlockStart)).toHaveLength(1)
    expect(events.filter(event => event.contentBlockStop)).toHaveLength(3)
    expect(events.at(-2)).toMatchObject({ messageStop: { stopReason: 'tool_use' } })
    expect(events.at(-1)?.metadata?.usage?.outputTokens).toBeGreaterThan(5)
  })
})
