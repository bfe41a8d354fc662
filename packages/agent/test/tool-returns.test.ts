import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, binaryContent, imageUrl, messagesFromJson, messagesToJson, tool, toolReturn } from '../src/core.ts'
import { TestModel } from '../src/testing/index.ts'
import { collect } from './support/drive.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const giving = (name: string, run: () => unknown) => tool({ name, input: z.object({}), run })

async function returned(run: () => unknown) {
  const model = scripted(answer(call('give')), 'ok')
  const { messages } = await agent({ model, tools: [giving('give', run)] }).run('go')
  return { parts: requestParts(messages).slice(1), sent: requestParts(model.sent[1]!).slice(1) }
}

describe('what a tool returns', () => {
  it.each([
    ['text', 'x', 'x'],
    ['a number', 0, 0],
    ['false', false, false],
    ['an object', { a: [1, null] }, { a: [1, null] }],
    ['nothing', undefined, null],
    ['an object with a `kind` of its own', { kind: 'tool-return' }, { kind: 'tool-return' }],
  ])('%s is its result', async (_, value, content) => {
    const { parts } = await returned(() => value)
    expect(parts).toMatchObject([{ kind: 'tool-return', toolName: 'give', content }])
  })

  it('stays what it was when the tool goes on with its data', async () => {
    const todo: { readonly text: string; isDone: boolean }[] = []
    const add = tool({
      name: 'add',
      input: z.object({ text: z.string() }),
      run: ({ text }) => {
        for (const item of todo) item.isDone = true
        todo.push({ text, isDone: false })
        return text === 'b' ? toolReturn(todo) : todo
      },
    })
    const model = scripted(
      answer(call('add', { text: 'a' }, '1')),
      answer(call('add', { text: 'b' }, '2')),
      answer(call('add', { text: 'c' }, '3')),
      'ok',
    )
    const { messages } = await agent({ model, tools: [add] }).run('go')
    const lists = toolResults(messages).map(([, list]) => (list as typeof todo).map(item => [item.text, item.isDone]))
    expect(lists.map(list => list.length)).toEqual([1, 2, 3])
    expect(lists[0]).toEqual([['a', false]])
  })

  it('may hold keys like `__proto__`, and objects of any class', async () => {
    const given = JSON.parse('{"__proto__": {"a": [1]}, "constructor": 2}') as object
    const date = new Date(0)
    const { parts } = await returned(() => ({ given, date }))
    const [{ content }] = parts as unknown as [{ content: { given: object; date: Date } }]
    expect(JSON.stringify(content.given)).toBe('{"__proto__":{"a":[1]},"constructor":2}')
    expect(Object.getPrototypeOf(content.given)).toBe(Object.prototype)
    expect(content.date).toBe(date)
  })

  it('is written as JSON writes it, whatever JSON holds it as', async () => {
    const value = { big: 2n ** 70n, map: new Map([['a', new Set([1])]]), at: new Date(0), left: undefined }
    const one = agent({ model: new TestModel(), tools: [giving('give', () => value)] })
    const { output, messages } = await one.run('go')
    const written = { big: '1180591620717411303424', map: { a: [1] }, at: '1970-01-01T00:00:00.000Z' }
    expect(JSON.parse(output)).toEqual({ give: written })
    expect(requestParts(messagesFromJson(messagesToJson(messages)))[1]).toMatchObject({ content: written })
  })

  it('that contains itself ends the run with an error that names the tool', async () => {
    const circular: Record<string, unknown> = {}
    // more than one way round: following each to the end would take for ever
    circular['self'] = [circular, circular]
    circular['other'] = { circular }
    await expect(returned(() => circular)).rejects.toThrow(
      'Tool `give` returned a value that contains itself, or is nested over 500 deep. Return plain data.',
    )
  })

  it('toolReturn(): content follows as a message of the user, metadata stays here', async () => {
    const { parts } = await returned(() =>
      toolReturn({ n: 1 }, { content: ['See:', imageUrl('https://example.org/a.png')], metadata: { took: 5 } }),
    )
    expect(parts).toMatchObject([
      { kind: 'tool-return', content: { n: 1 }, metadata: { took: 5 } },
      { kind: 'user-prompt', content: ['See:', { kind: 'image-url', url: 'https://example.org/a.png' }] },
    ])
  })

  it('content of several calls comes after all their results', async () => {
    const model = scripted(answer(call('a'), call('b')), 'ok')
    const { messages } = await agent({
      model,
      tools: [
        giving('a', () => toolReturn(1, { content: 'about a' })),
        giving('b', () => toolReturn(2, { content: 'about b' })),
      ],
    }).run('go')
    expect(requestParts(messages).map(part => part.kind)).toEqual([
      'user-prompt',
      'tool-return',
      'tool-return',
      'user-prompt',
      'user-prompt',
    ])
  })

  it('files go along in the result', async () => {
    const png = binaryContent(new Uint8Array([1, 2, 3]), 'image/png')
    const { parts } = await returned(() => ['chart', png])
    expect(parts).toMatchObject([
      { kind: 'tool-return', content: ['chart', { kind: 'binary', mediaType: 'image/png' }] },
    ])
  })

  it('a toolReturn() in a list is a mistake', async () => {
    await expect(returned(() => [toolReturn(1)])).rejects.toThrow(/list that holds a `toolReturn\(\)`/)
  })

  it('the event carries the content', async () => {
    const model = scripted(answer(call('give')), 'ok')
    const events = await collect(
      agent({ model, tools: [giving('give', () => toolReturn(1, { content: 'more' }))] }).stream('go'),
    )
    expect(events.find(event => event.kind === 'function-tool-result')).toMatchObject({
      part: { content: 1 },
      content: 'more',
    })
  })
})
