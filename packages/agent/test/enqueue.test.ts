import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, emptyUsage, tool, type AgentEvent, type ModelMessage } from '../src/core.ts'
import { collect, drivers, ways } from './support/drive.ts'
import { answer, call, requestParts, scripted } from './support/scripted.ts'

const prompts = (messages: Parameters<typeof requestParts>[0]) =>
  requestParts(messages).flatMap(part => (part.kind === 'user-prompt' ? [part.content] : []))

describe('what is enqueued during a run', () => {
  it.each(ways)('asap: goes along with the next request, in %s()', async way => {
    const note = tool({ name: 'note', input: z.object({}), run: (_, ctx) => void ctx.enqueue('by the way') })
    const model = scripted(answer(call('note')), 'ok')
    const { messages, output } = await drivers[way](agent({ model, tools: [note] }), 'go')
    expect(output).toBe('ok')
    expect(prompts(model.sent[1]!)).toEqual(['go', 'by the way'])
    expect(prompts(messages)).toEqual(['go', 'by the way'])
    expect(model.sent).toHaveLength(2)
  })

  it.each(ways)('when-idle: keeps the run going when it would end, in %s()', async way => {
    let asked = false
    const model = scripted(answer(call('note')), 'first end', 'second end')
    const note = tool({
      name: 'note',
      input: z.object({}),
      run: (_, ctx) => {
        if (!asked) ctx.enqueue('one more thing', 'when-idle')
        asked = true
      },
    })
    const { output, messages } = await drivers[way](agent({ model, tools: [note] }), 'go')
    expect(output).toBe('second end')
    expect(prompts(model.sent[1]!)).toEqual(['go'])
    expect(prompts(model.sent[2]!)).toEqual(['go', 'one more thing'])
    expect(prompts(messages)).toEqual(['go', 'one more thing'])
  })

  it('asap in the last step keeps the run going too', async () => {
    let once = true
    const model = scripted('first', 'second')
    const late = agent({
      model,
      outputValidators: [
        (_, ctx) => {
          if (once) ctx.enqueue('wait')
          once = false
        },
      ],
    })
    expect((await late.run('go')).output).toBe('second')
    expect(prompts(model.sent[1]!)).toEqual(['go', 'wait'])
  })

  it.each(['asap', 'when-idle'] as const)('is refused when it ends with a response (%s)', async priority => {
    const said: ModelMessage = { kind: 'response', parts: [{ kind: 'text', content: 'I said' }], usage: emptyUsage }
    const note = tool({ name: 'note', input: z.object({}), run: (_, ctx) => void ctx.enqueue([said], priority) })
    const running = agent({ model: scripted(answer(call('note')), 'ok'), tools: [note] }).run('go')
    await expect(running).rejects.toThrow('given to `enqueue()` end with a response')
  })

  it('may be a conversation that ends with a request', async () => {
    const asked: ModelMessage = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'And?' }] }
    const said: ModelMessage = { kind: 'response', parts: [{ kind: 'text', content: 'I said' }], usage: emptyUsage }
    const note = tool({
      name: 'note',
      input: z.object({}),
      run: (_, ctx) => void ctx.enqueue([asked, said, asked], 'when-idle'),
    })
    const model = scripted(answer(call('note')), 'first', 'second')
    expect((await agent({ model, tools: [note] }).run('go')).output).toBe('second')
    expect(model.sent[2]!.map(message => message.kind).slice(-4)).toEqual([
      'response',
      'request',
      'response',
      'request',
    ])
  })

  it('may be whole messages, and is announced', async () => {
    const ids: string[] = []
    const note = tool({
      name: 'note',
      input: z.object({}),
      run: (_, ctx) =>
        void ids.push(
          ctx.enqueue([
            {
              kind: 'request',
              parts: [
                { kind: 'system-prompt', content: 'New rule.' },
                { kind: 'user-prompt', content: 'x' },
              ],
            },
          ]),
        ),
    })
    const stream = agent({ model: scripted(answer(call('note')), 'ok'), tools: [note] }).stream('go')
    const events: AgentEvent[] = await collect(stream)
    const announced = events.filter(event => event.kind === 'enqueued-messages')
    expect(announced).toMatchObject([
      { enqueueId: ids[0], messages: [{ kind: 'request', parts: [{ kind: 'system-prompt' }, {}] }] },
    ])
    const { newMessages } = await stream.result
    expect(newMessages).toHaveLength((await stream.result).messages.length)
  })
})
