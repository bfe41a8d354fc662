import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ContentFilterError, IncompleteToolCall, promptedOutput, UnexpectedModelBehavior } from '../src/core.ts'
import { answer, call, scripted } from './support/scripted.ts'

it('nothing at the token limit is an error that says what to do', async () => {
  const model = scripted({ parts: [{ kind: 'thinking', content: 'so much to consider' }], finishReason: 'length' })
  const error = await agent({ model, modelSettings: { maxTokens: 12 } })
    .run('hi')
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UnexpectedModelBehavior)
  expect(String(error)).toMatch(/token limit \(12\).*Raise `maxTokens`/)
})

it('nothing behind a content filter is a ContentFilterError with the reason', async () => {
  const model = scripted({ parts: [], finishReason: 'content_filter', providerDetails: { block_reason: 'VIOLENCE' } })
  const error = await agent({ model })
    .run('hi')
    .catch((thrown: unknown) => thrown)
  expect(ContentFilterError.is(error)).toBe(true)
  expect(error).toMatchObject({ code: 'content_filter', message: expect.stringContaining('block_reason: VIOLENCE') })
  expect((error as ContentFilterError).body).toContain('"finishReason":"content_filter"')
  expect((error as ContentFilterError).run?.messages).toHaveLength(2)
})

it.each([
  ['a tool', z.object({ value: z.number() })],
  ['a prompt', promptedOutput(z.object({ value: z.number() }))],
] as const)('what a filter put in place of an output asked for by %s ends the run at once', async (_, output) => {
  const filtered = {
    parts: [{ kind: 'text' as const, content: 'Sorry, I cannot help with that.' }],
    finishReason: 'content_filter' as const,
  }
  const model = scripted(filtered, 'never asked')
  const error = await agent({ model, output, retries: 3 })
    .run('hi')
    .catch((thrown: unknown) => thrown)
  expect(ContentFilterError.is(error)).toBe(true)
  expect((error as ContentFilterError).run?.usage.requests).toBe(1)
})

it('an output that a filter only changed a word of is an output', async () => {
  const masked = (content: string) => scripted({ parts: [{ kind: 'text', content }], finishReason: 'content_filter' })
  const model = masked('{"name":"{NAME}"}')
  const output = promptedOutput(z.object({ name: z.string() }))
  expect((await agent({ model, output }).run('hi')).output).toEqual({ name: '{NAME}' })
  expect((await agent({ model: masked('Dear {NAME}') }).run('hi')).output).toBe('Dear {NAME}')
})

it('thinking alone behind a content filter is asked for again', async () => {
  const model = scripted({ parts: [{ kind: 'thinking', content: 'hm' }], finishReason: 'content_filter' }, 'ok')
  expect((await agent({ model }).run('hi')).output).toBe('ok')
})

it('text at the token limit is an output', async () => {
  const model = scripted({ parts: [{ kind: 'text', content: 'cut he' }], finishReason: 'length' })
  expect((await agent({ model }).run('hi')).output).toBe('cut he')
})

it('arguments cut at the token limit end the run once the budget is used up', async () => {
  const cut = { ...answer(call('final_result', '{"value": ')), finishReason: 'length' as const }
  const model = scripted(cut, cut)
  const error = await agent({ model, output: z.object({ value: z.number() }) })
    .run('hi')
    .catch((thrown: unknown) => thrown)
  expect(IncompleteToolCall.is(error)).toBe(true)
  expect(String(error)).toContain('`final_result`')
})
