import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, captureRunMessages, deferredToolRequests, text, tool, type ModelMessage } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const part of Object.values(value)) frozen(part)
  return value
}

const pay = tool({ name: 'pay', input: z.object({}), requiresApproval: true, run: () => 'paid' })
const output = [text, deferredToolRequests] as const

describe.each(ways)('%s: a history that is continued', way => {
  it('stays as it was, whatever state it ends in', async () => {
    const first = await drivers[way](agent({ model: scripted(answer(call('pay'))), tools: [pay], output }), 'Go.')
    const messageHistory: readonly ModelMessage[] = frozen(first.messages)
    const before = structuredClone(messageHistory)
    const one = agent({
      model: scripted('done', 'more', 'again', 'over'),
      tools: [pay],
      output,
      instructions: 'Be brief.',
    })
    const second = await drivers[way](one, 'And then?', {
      messageHistory,
      deferredToolResults: { approvals: { 'call-pay': true } },
    })
    const third = await drivers[way](one, 'More.', { messageHistory: frozen(second.messages) })
    await drivers[way](one, null, { messageHistory: frozen(third.messages.slice(0, -1)) })
    expect(messageHistory).toEqual(before)
    expect(second.messages).not.toBe(messageHistory)
    expect(third.newMessages).toHaveLength(2)
  })

  it('stays as it was when the run that continues it is cancelled or fails', async () => {
    const first = await drivers[way](agent({ model: scripted('Hello.') }), 'Hi.')
    const messageHistory = frozen(first.messages)
    const broken = agent({
      model: scripted(() => {
        throw new Error('a defect')
      }),
    })
    await expect(drivers[way](broken, 'Go.', { messageHistory })).rejects.toThrow('a defect')
    expect(first.messages).toHaveLength(2)
    expect(first.newMessages).toHaveLength(2)
  })

  it('leaves what was captured of the first run alone', async () => {
    const one = agent({ model: scripted('Hello.', 'Hello again.') })
    await captureRunMessages(async captured => {
      const first = await drivers[way](one, 'Hi.')
      expect(captured.messages).toEqual(first.messages)
      await drivers[way](one, 'Hi.', { messageHistory: captured.messages })
      expect(captured.messages).toHaveLength(2)
    })
  })
})
