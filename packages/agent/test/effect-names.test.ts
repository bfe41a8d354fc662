import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ApprovalRequired, directEffects, tool, type Capability, type Effects } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'

function recording(): { readonly effects: Effects; readonly names: string[] } {
  const names: string[] = []
  const effects: Effects = {
    ...directEffects,
    streams: false,
    modelRequest: ({ name }, _request, perform) => (names.push(name), perform()),
    toolCall: ({ name }, _call, perform) => (names.push(name), perform()),
    listTools: ({ name }, perform) => (names.push(name), perform()),
  }
  return { effects, names }
}

const twice: Capability = {
  handleDeferredToolCalls: (_ctx, { approvals }) => ({
    approvals: Object.fromEntries(approvals.map(({ toolCallId }) => [toolCallId, true])),
  }),
  wrapToolExecute: async (_ctx, _call, args, handler) => {
    await handler(args)
    return handler(args)
  },
  wrapModelRequest: async (_ctx, request, handler) => {
    await handler(request)
    return handler(request)
  },
}

describe.each(ways)('%s', way => {
  it('every effect has a name of its own, the same in every repetition', async () => {
    const runOnce = async () => {
      const { effects, names } = recording()
      const ask = tool({
        name: 'ask',
        input: z.object({}),
        run: (_args, ctx) => {
          if (!ctx.toolCallApproved) throw new ApprovalRequired()
          return 'yes'
        },
      })
      const both = answer(call('ask', {}, 'same'))
      const model = scripted(both, both, 'done', 'done')
      await drivers[way](agent({ model, tools: [ask], capabilities: [twice], effects }), 'Go.')
      return names
    }
    const names = await runOnce()
    expect(names.length).toBeGreaterThan(8)
    expect(new Set(names).size).toBe(names.length)
    expect(await runOnce()).toEqual(names)
  })
})
