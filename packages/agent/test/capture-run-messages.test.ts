import { expect, it } from 'vitest'
import { agent, captureRunMessages } from '../src/core.ts'
import { scripted } from './support/scripted.ts'

const contents = (messages: readonly { readonly parts: readonly object[] }[]) =>
  messages.flatMap(message => message.parts.map(part => ('content' in part ? part.content : undefined)))

it('shows the messages of the first run inside, also when it fails', async () => {
  await captureRunMessages(async captured => {
    expect(captured.messages).toEqual([])
    await expect(agent({ model: scripted() }).run('first')).rejects.toThrow()
    await agent({ model: scripted('ok') }).run('second')
    expect(contents(captured.messages)).toEqual(['first'])
  })
})

it('fills while the run goes on', async () => {
  const seen: unknown[] = []
  await captureRunMessages(async captured => {
    const model = scripted(() => {
      seen.push(contents(captured.messages))
      return 'hello'
    })
    await agent({ model }).run('hi')
    expect(contents(captured.messages)).toEqual(['hi', 'hello'])
  })
  expect(seen).toEqual([['hi']])
})

it('a scope inside has a run of its own, scopes side by side too', async () => {
  await captureRunMessages(async outer => {
    await captureRunMessages(async inner => {
      await agent({ model: scripted('ok') }).run('inner')
      expect(contents(inner.messages)).toEqual(['inner', 'ok'])
    })
    expect(outer.messages).toEqual([])
    await agent({ model: scripted('ok') }).run('outer')
    expect(contents(outer.messages)).toEqual(['outer', 'ok'])
  })
  await Promise.all(
    ['a', 'b'].map(name =>
      captureRunMessages(async captured => {
        await agent({ model: scripted('ok') }).run(name)
        expect(contents(captured.messages)).toEqual([name, 'ok'])
      }),
    ),
  )
})
