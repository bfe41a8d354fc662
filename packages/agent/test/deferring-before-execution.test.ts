import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  ApprovalRequired,
  CallDeferred,
  deferredToolRequests,
  text,
  tool,
  ToolFailed,
  type Capability,
  type DeferredToolRequests,
} from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const output = [text, deferredToolRequests] as const

describe.each(ways)('%s', way => {
  it('a check of arguments may put a call off', async () => {
    const pay = tool({
      name: 'pay',
      input: z.object({ euro: z.number() }),
      checkArgs: ({ euro }, ctx) => {
        if (euro > 100 && !ctx.toolCallApproved) throw new ApprovalRequired({ euro })
        if (euro < 0) throw new CallDeferred()
      },
      run: ({ euro }) => `paid ${euro}`,
    })
    const model = scripted(
      answer(call('pay', { euro: 5 }, 'a'), call('pay', { euro: 500 }, 'b'), call('pay', { euro: -1 }, 'c')),
      'done',
    )
    const one = agent({ model, tools: [pay], output })
    const first = await drivers[way](one, 'Go.')
    expect(first.output).toMatchObject({
      approvals: [{ toolCallId: 'b' }],
      calls: [{ toolCallId: 'c' }],
      metadata: { b: { euro: 500 } },
    })
    const second = await drivers[way](one, null, {
      messageHistory: first.messages,
      deferredToolResults: { approvals: { b: true }, calls: { c: 'refunded' } },
    })
    expect(toolResults(second.messages)).toEqual([
      ['pay', 'paid 5'],
      ['pay', 'paid 500'],
      ['pay', 'refunded'],
    ])
  })

  it('a check of arguments may say that the call has failed', async () => {
    const find = (name: string, requiresApproval: boolean) =>
      tool({
        name,
        input: z.object({}),
        requiresApproval,
        checkArgs: () => {
          throw new ToolFailed('There is no such record.')
        },
        run: () => 'never',
      })
    const model = scripted(answer(call('find'), call('remove')), 'done')
    const one = agent({ model, tools: [find('find', false), find('remove', true)], output, retries: 0 })
    const { messages } = await drivers[way](one, 'Go.')
    expect(toolResults(messages)).toEqual([
      ['find', 'There is no such record.'],
      ['remove', 'There is no such record.'],
    ])
  })

  it('a hook after the check may do so too', async () => {
    const careful: Capability = {
      afterToolValidate: () => {
        throw new ApprovalRequired()
      },
    }
    const go = tool({ name: 'go', input: z.object({}), run: () => 'went' })
    const one = agent({ model: scripted(answer(call('go'))), tools: [go], output, capabilities: [careful] })
    const { output: requests } = await drivers[way](one, 'Go.')
    expect((requests as DeferredToolRequests).approvals).toMatchObject([{ toolName: 'go' }])
  })

  it('a hook that answers a call nobody put off is told so', async () => {
    let executed = 0
    const done = tool({ name: 'done', input: z.object({}), run: () => (executed += 1) })
    const later = tool({ name: 'later', input: z.object({}), requiresApproval: true, run: () => 'later' })
    const eager: Capability = {
      handleDeferredToolCalls: () => ({ approvals: { 'call-later': true, 'call-done': true } }),
    }
    const one = agent({
      model: scripted(answer(call('done'), call('later')), 'end'),
      tools: [done, later],
      capabilities: [eager],
    })
    await expect(drivers[way](one, 'Go.')).rejects.toMatchObject({
      code: 'user_error',
      message: expect.stringContaining('`call-done`') as string,
    })
    expect(executed).toBe(1)
  })

  it('a deferred call must not share its id with another call', async () => {
    const later = tool({ name: 'later', input: z.object({}), requiresApproval: true, run: () => 'later' })
    const done = tool({ name: 'done', input: z.object({}), run: () => 'done' })
    const model = scripted(answer(call('done', {}, 'same'), call('later', {}, 'same')))
    await expect(drivers[way](agent({ model, tools: [done, later], output }), 'Go.')).rejects.toMatchObject({
      code: 'unexpected_model_behavior',
    })
  })
})
