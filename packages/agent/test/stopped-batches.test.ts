import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, failedRunOf, outputTool, text, tool, type ModelMessage } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const quick = tool({ name: 'quick', input: z.object({}), run: () => 'done' })
const stuck = tool({ name: 'stuck', input: z.object({}), run: () => new Promise<never>(() => {}) })

async function messagesOfFailure(run: Promise<unknown>): Promise<readonly ModelMessage[]> {
  const error: unknown = await run.then(
    () => expect.unreachable(),
    (failed: unknown) => failed,
  )
  return failedRunOf(error)?.messages ?? []
}

describe.each(ways)('%s: a batch that is stopped', way => {
  it.each(['graceful', 'exhaustive'] as const)('keeps the results it has (%s)', async endStrategy => {
    const broken = outputTool({
      schema: z.object({}),
      name: 'broken',
      run: () => {
        throw new TypeError('a defect')
      },
    })
    const one = agent({
      model: scripted(answer(call('quick'), call('broken'))),
      tools: [quick],
      output: [broken, text],
      endStrategy,
    })
    const messages = await messagesOfFailure(drivers[way](one, 'Go.'))
    expect(toolResults(messages)).toEqual([['quick', 'done']])
    expect(messages.at(-1)).toMatchObject({ kind: 'request', state: 'interrupted' })
  })

  it.each([[[call('stuck')]], [[call('quick'), call('stuck')]]])(
    'by a cancellation takes a new prompt afterwards',
    async calls => {
      const controller = new AbortController()
      const one = agent({ model: scripted(answer(...calls)), tools: [quick, stuck] })
      const running = drivers[way](one, 'Go.', { signal: controller.signal })
      setTimeout(() => controller.abort(), 5)
      const messageHistory = await messagesOfFailure(running)
      const model = scripted('fine')
      const { output, messages } = await drivers[way](agent({ model }), 'Leave it.', { messageHistory })
      expect(output).toBe('fine')
      expect(model.sent[0]?.map(message => message.kind)).toEqual(['request', 'response', 'request'])
      expect(requestParts(messages).at(-1)).toMatchObject({ kind: 'user-prompt', content: 'Leave it.' })
    },
  )
})
