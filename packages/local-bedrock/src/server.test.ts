import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { block, reply, scriptedResponder } from './index.ts'
import { clientFor, readStream, serverFor, transports } from './test-support/clients.ts'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]

describe.each(transports)('over $transport', ({ httpVersion, handler }) => {
  it('answers Converse', async () => {
    const server = await serverFor({ responder: scriptedResponder(['Hello there']) })
    const answer = await clientFor(server, handler()).send(new ConverseCommand({ modelId, messages }))
    expect(answer.output?.message?.content).toEqual([{ text: 'Hello there' }])
    expect(answer.stopReason).toBe('end_turn')
    expect(answer.usage).toEqual({ inputTokens: 4, outputTokens: 3, totalTokens: 7 })
    const [entry] = server.log
    expect(entry).toMatchObject({ httpVersion, modelId, operation: 'converse', status: 200, attempt: 1 })
    expect(entry?.auth).toMatchObject({ kind: 'sigv4', keyId: 'local', service: 'bedrock', isAccepted: true })
    expect(answer.$metadata.requestId).toBe(entry?.requestId)
  })

  it('streams text, tools and reasoning as events', async () => {
    const content = [
      block.reasoning('Let me see', 'sig'),
      block.text('Looking it up 🌍é.'),
      block.toolUse('weather', { city: 'Rīga' }, 'call-1'),
    ]
    const server = await serverFor({ responder: scriptedResponder([reply.blocks(content)]) })
    server.faults.next({ chunkBytes: 7 })
    const command = new ConverseStreamCommand({ modelId, messages })
    const { events, text } = await readStream(() => clientFor(server, handler()).send(command))
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
