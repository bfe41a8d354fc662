import { describe, expect, it } from 'vitest'
import { agent, type RunOptionsWithoutDeps } from '../src/core.ts'
import { scripted } from './support/scripted.ts'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('ids', () => {
  it('are UUIDs of version 7 by default, and stamped on every message', async () => {
    const result = await agent({ model: scripted('ok') }).run('hi')
    expect(result.runId).toMatch(uuidV7)
    expect(result.conversationId).toMatch(uuidV7)
    for (const message of result.messages) {
      expect(message).toMatchObject({ runId: result.runId, conversationId: result.conversationId })
      expect(message.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/)
    }
  })

  it('of the run may be given, and must be new', async () => {
    const first = await agent({ model: scripted('ok') }).run('hi', { runId: 'mine' })
    expect(first.runId).toBe('mine')
    const again = agent({ model: scripted('ok') })
    await expect(again.run('hi', { runId: '' })).rejects.toThrow('`runId` is empty')
    await expect(again.run('hi', { runId: 'mine', messageHistory: first.messages })).rejects.toThrow(/`mine`/)
  })

  it('of the conversation are inherited, given, or new', async () => {
    const run = (options: RunOptionsWithoutDeps) => agent({ model: scripted('ok') }).run('hi', options)
    const first = await run({ conversationId: 'c1' })
    expect(first.conversationId).toBe('c1')
    const messageHistory = first.messages
    expect((await run({ messageHistory })).conversationId).toBe('c1')
    expect((await run({ messageHistory, conversationId: 'c2' })).conversationId).toBe('c2')
    const fresh = await run({ messageHistory, conversationId: 'new' })
    expect(fresh.conversationId).toMatch(uuidV7)
    // old messages keep theirs
    expect(fresh.messages[0]?.conversationId).toBe('c1')
  })

  it('are there before a stream starts', () => {
    const stream = agent({ model: scripted('ok') }).stream('hi', { runId: 'r' })
    expect(stream.runId).toBe('r')
  })
})
