import { describe, expect, it } from 'vitest'
import { agent, type ModelMessage, type ModelResponse } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'

/** Pauses after its first words and lets itself be asked again after a long time. */
function pausing() {
  const ended: ModelResponse[] = []
  const model = new FunctionModel({
    function: () => ({ parts: [{ kind: 'text', content: 'first words' }], state: 'suspended' }),
  })
  return Object.assign(model, {
    ended,
    continuationDelayMs: () => 60_000,
    cancelSuspendedResponse: async (response: ModelResponse) => void ended.push(response),
  })
}

describe.each(ways)('%s: an answer that is stopped while its model pauses', way => {
  it('is kept as far as it had come, is counted, and the provider is told', async () => {
    const model = pausing()
    const controller = new AbortController()
    const running = drivers[way](agent({ model }), 'Go.', { signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(running).rejects.toMatchObject({
      code: 'run_cancelled',
      usage: { requests: 1 },
      messages: [{}, { state: 'interrupted', parts: [{ content: 'first words' }] }],
    })
    expect(model.ended).toHaveLength(1)
  })

  it('of an old history takes the place of what it began with', async () => {
    const messageHistory: readonly ModelMessage[] = [
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Go.' }] },
      { ...(await firstHalf()), state: 'suspended' },
    ]
    const controller = new AbortController()
    const running = drivers[way](agent({ model: pausing() }), null, { messageHistory, signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(running).rejects.toMatchObject({
      messages: [{}, { state: 'interrupted', parts: [{ content: 'half ' }, { content: 'first words' }] }],
    })
  })
})

async function firstHalf(): Promise<ModelResponse> {
  const { response } = await agent({
    model: new FunctionModel({ function: () => 'half ', modelName: pausing().modelName }),
  }).run('Go.')
  if (response === undefined) throw new Error('there is no response')
  return response
}
