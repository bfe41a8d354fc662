import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, imageOutput, outputTool, text, tool } from '../src/core.ts'
import { answer, call, requestParts, scripted } from './support/scripted.ts'

const Value = z.object({ value: z.number() })
const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
const empty = answer()
const asked = (messages: Parameters<typeof requestParts>[0]) =>
  requestParts(messages).flatMap(part => (part.kind === 'retry-prompt' ? [part.content] : []))

describe('a response without anything usable', () => {
  it.each([
    ['no parts', answer()],
    ['empty text', answer({ kind: 'text', content: '' })],
    ['only thinking', answer({ kind: 'thinking', content: 'hm' })],
    ['thinking and empty text', answer({ kind: 'thinking', content: 'hm' }, { kind: 'text', content: '' })],
  ])('%s: the model is asked again', async (_, first) => {
    const { output, messages, usage } = await agent({ model: scripted(first, 'ok') }).run('hi')
    expect(output).toBe('ok')
    expect(asked(messages)).toEqual(['Please return text.'])
    expect(usage.requests).toBe(2)
  })

  it('whitespace is text', async () => {
    expect((await agent({ model: scripted(' \n') }).run('hi')).output).toBe(' \n')
  })

  it('says what the model can do', async () => {
    const value = answer(call('final_result', { value: 1 }))
    const tooled = await agent({ model: scripted(empty, 'ok'), tools: [ping] }).run('hi')
    expect(asked(tooled.messages)).toEqual(['Please return text or call a tool.'])
    const structured = await agent({ model: scripted(empty, value), output: outputTool({ schema: Value }) }).run('hi')
    expect(asked(structured.messages)).toEqual(['Please include your response in a tool call.'])
    const both = await agent({ model: scripted(empty, 'ok'), output: [outputTool({ schema: Value }), text] }).run('hi')
    expect(asked(both.messages)).toEqual(['Please return text or include your response in a tool call.'])
    const image = { kind: 'file', content: { kind: 'binary', data: 'AA==', mediaType: 'image/png' } } as const
    const drawn = await agent({ model: scripted(empty, answer(image)), output: imageOutput }).run('hi')
    expect(asked(drawn.messages)).toEqual(['Please return an image.'])
  })

  it('uses the budget of outputs', async () => {
    const stubborn = agent({ model: scripted(empty, empty, empty), retries: { output: 1 } })
    await expect(stubborn.run('hi')).rejects.toMatchObject({
      code: 'unexpected_model_behavior',
      message: expect.stringContaining('Exceeded maximum output retries (1)'),
      run: { usage: { requests: 2 }, step: 2 },
    })
  })

  it('is an output when the output may be null', async () => {
    const { output, usage } = await agent({ model: scripted(empty), output: [Value, null] }).run('hi')
    expect(output).toBeNull()
    expect(usage.requests).toBe(1)
  })

  it('text where only a tool call will do is not taken', async () => {
    const model = scripted('{"value": 1}', answer(call('final_result', { value: 2 })))
    const { output, messages } = await agent({ model, output: outputTool({ schema: Value }) }).run('hi')
    expect(output).toEqual({ value: 2 })
    expect(asked(messages)).toEqual(['Please include your response in a tool call.'])
  })
})
