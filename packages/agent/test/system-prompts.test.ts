import { describe, expect, it } from 'vitest'
import { agent, depsType } from '../src/core.ts'
import { requestParts, scripted } from './support/scripted.ts'

const prompts = (messages: Parameters<typeof requestParts>[0]) =>
  requestParts(messages).flatMap(part => (part.kind === 'system-prompt' ? [part.content] : []))

describe('system prompts', () => {
  it('are written once, before the prompt of a new conversation', async () => {
    const polite = (model: ReturnType<typeof scripted>) =>
      agent({ model, systemPrompt: ['Be polite.', { content: () => 'Be brief.' }] })
    const first = await polite(scripted('hi')).run('hello')
    expect(requestParts(first.messages).map(part => part.kind)).toEqual([
      'system-prompt',
      'system-prompt',
      'user-prompt',
    ])
    const second = await polite(scripted('bye')).run('bye', { messageHistory: first.messages })
    expect(prompts(second.messages)).toEqual(['Be polite.', 'Be brief.'])
  })

  it('that are dynamic are written anew where the history holds them', async () => {
    const greeting = (model: ReturnType<typeof scripted>) =>
      agent({
        model,
        deps: depsType<{ user: string }>(),
        systemPrompt: [
          { id: 'user', dynamic: true, content: ctx => `User: ${ctx.deps.user}` },
          { content: ctx => `First user: ${ctx.deps.user}` },
        ],
      })
    const first = await greeting(scripted('hi')).run('hello', { deps: { user: 'ann' } })
    const second = await greeting(scripted('bye')).run('bye', { deps: { user: 'bob' }, messageHistory: first.messages })
    expect(prompts(second.messages)).toEqual(['User: bob', 'First user: ann'])
    expect(prompts(first.messages)).toEqual(['User: ann', 'First user: ann'])
    expect(second.newMessages).toHaveLength(2)
  })

  it('of another agent stay as they were', async () => {
    const first = await agent({ model: scripted('hi'), systemPrompt: { id: 'a', dynamic: true, content: 'A' } }).run(
      'hello',
    )
    const other = agent({ model: scripted('bye'), systemPrompt: { id: 'b', dynamic: true, content: 'B' } })
    expect(prompts((await other.run('bye', { messageHistory: first.messages })).messages)).toEqual(['A'])
  })

  it('that are dynamic need an id', () => {
    expect(() => agent({ model: scripted(), systemPrompt: { dynamic: true, content: 'x' } })).toThrow(/needs an `id`/)
  })
})
