import { describe, expect, it } from 'vitest'
import { agent, failedRunOf, type Capability } from '../src/core.ts'
import { scripted } from './support/scripted.ts'

const kinds = (messages: readonly { readonly kind: string }[]) => messages.map(message => message.kind)

describe('what a run added', () => {
  it('is told by identity, even when it equals an old message', async () => {
    const first = await agent({ model: scripted('ok') }).run('same')
    const { newMessages, messages } = await agent({ model: scripted('ok') }).run('same', {
      messageHistory: first.messages,
    })
    expect(kinds(messages)).toEqual(['request', 'response', 'request', 'response'])
    expect(newMessages).toEqual(messages.slice(2))
  })

  it('does not count what a hook dropped, and counts what it added', async () => {
    const first = await agent({ model: scripted('old') }).run('first')
    const shorten: Capability = {
      beforeModelRequest: (_, request) => ({ ...request, messages: request.messages.slice(-1) }),
    }
    const shortened = await agent({ model: scripted('ok'), capabilities: [shorten] }).run('second', {
      messageHistory: first.messages,
    })
    expect(kinds(shortened.messages)).toEqual(['request', 'response'])
    expect(shortened.newMessages).toEqual(shortened.messages)

    const summarize: Capability = {
      beforeModelRequest: (_, request) => ({
        ...request,
        messages: [
          { kind: 'request', parts: [{ kind: 'user-prompt', content: 'summary' }] },
          ...request.messages.slice(-2),
        ],
      }),
    }
    const summarized = await agent({ model: scripted('ok'), capabilities: [summarize] }).run('third', {
      messageHistory: first.messages,
    })
    // kept: the old response; added: summary, prompt, answer
    expect(kinds(summarized.messages)).toEqual(['request', 'response', 'request', 'response'])
    expect(kinds(summarized.newMessages)).toEqual(['request', 'request', 'response'])
  })

  it('is in the history of a run that failed', async () => {
    const first = await agent({ model: scripted('old') }).run('first')
    const failing = agent({ model: scripted() }).run('second', { messageHistory: first.messages })
    const error = await failing.catch((thrown: unknown) => thrown)
    expect(kinds(failedRunOf(error)?.messages ?? [])).toEqual(['request', 'response', 'request'])
  })
})
