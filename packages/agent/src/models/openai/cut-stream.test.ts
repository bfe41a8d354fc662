import { describe, expect, it } from 'vitest'
import type { ModelResponse } from '../../messages/message.ts'
import { streamModel } from '../call-model.ts'
import type { Model } from '../model.ts'
import { OpenAIChatModel } from './chat/model.ts'
import { OpenAIProvider } from './provider.ts'
import { OpenAIResponsesModel } from './responses/model.ts'
import { emptyUsage } from '../../usage/usage.ts'
import { callOf, drain, weather } from './test-support/calls.ts'

const call = callOf({ parameters: { functionTools: [weather] } })
const args = '{"city":"Rīga 🦊"}'

const response = { id: 'r', model: 'm', created_at: 1, status: 'in_progress', output: [] }
const functionCall = { type: 'function_call', id: 'fc', call_id: 'c', name: 'weather', arguments: '' }
const responses = [
  { type: 'response.created', response },
  { type: 'response.output_item.added', item: { type: 'message', id: 'msg', role: 'assistant', content: [] } },
  { type: 'response.output_text.delta', item_id: 'msg', delta: 'Labrīt 🦊' },
  { type: 'response.output_item.added', item: functionCall },
  { type: 'response.function_call_arguments.delta', item_id: 'fc', delta: args },
  { type: 'response.completed', response: { ...response, status: 'completed' } },
]

const chunk = (delta: object, reason: string | null = null) => ({
  id: 'r',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: reason }],
})
const chat = [
  chunk({ content: 'Labrīt 🦊' }),
  chunk({ tool_calls: [{ index: 0, id: 'c', function: { name: 'weather', arguments: args } }] }),
  chunk({}, 'tool_calls'),
]

type ModelClass = new (name: string, options: { provider: OpenAIProvider }) => Model

/** The answer in two pieces, as the network may break it, or only the first of them. */
function streamFrom(Model: ModelClass, pieces: readonly Uint8Array[]): ReturnType<typeof drain> {
  const fetch = async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece)
          controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  const model = new Model('m', { provider: new OpenAIProvider({ apiKey: 'key', maxRetries: 0, fetch }) })
  return streamModel(model, call).then(drain, (error: unknown) => ({ error, events: [], response: none }))
}

const none: ModelResponse = { kind: 'response', parts: [], usage: emptyUsage, state: 'interrupted' }

describe.each([
  ['Responses', OpenAIResponsesModel as ModelClass, responses],
  ['Chat', OpenAIChatModel as ModelClass, chat],
])('a stream of the %s API', (_, Model, events) => {
  const bytes = new TextEncoder().encode(events.map(event => `data: ${JSON.stringify(event)}\n\n`).join(''))

  it('cut at any byte is an error, unless the model had said that it was done', async () => {
    const complete: number[] = []
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const { error, response: part } = await streamFrom(Model, [bytes.subarray(0, cut)])
      if (error === undefined) {
        complete.push(cut)
        expect(part).toMatchObject({ state: 'complete', parts: [{ content: 'Labrīt 🦊' }, { args }] })
        continue
      }
      expect(['stream_interrupted', 'unexpected_model_behavior']).toContain((error as { code?: string }).code)
      expect(part.state).toBe('interrupted')
    }
    // only the line ends behind the last event may be missing
    expect(complete.every(cut => cut >= bytes.length - 2)).toBe(true)
  }, 60_000)

  it('broken at any byte is the same answer', async () => {
    for (let at = 1; at < bytes.length; at += 1) {
      const { error, response: whole } = await streamFrom(Model, [bytes.subarray(0, at), bytes.subarray(at)])
      expect(error).toBeUndefined()
      expect(whole).toMatchObject({
        state: 'complete',
        parts: [{ content: 'Labrīt 🦊' }, { toolName: 'weather', args }],
      })
    }
  }, 60_000)
})
