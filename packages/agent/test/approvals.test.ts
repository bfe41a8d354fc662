import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ApprovalRequired, deferredToolRequests, text, tool, type DeferredToolResults } from '../src/core.ts'
import { answer, call, requestParts, scripted, toolResults } from './support/scripted.ts'

const output = [text, deferredToolRequests]

function bank() {
  const paid: unknown[] = []
  const pay = tool({
    name: 'pay',
    input: z.object({ amount: z.number() }),
    requiresApproval: true,
    run: ({ amount }, ctx) => {
      paid.push({ amount, approved: ctx.toolCallApproved, metadata: ctx.toolCallMetadata })
      return `paid ${amount}`
    },
  })
  return { paid, pay }
}

async function ask(results: DeferredToolResults['approvals'], metadata?: DeferredToolResults['metadata']) {
  const { paid, pay } = bank()
  const first = await agent({ model: scripted(answer(call('pay', { amount: 5 }, 'p1'))), tools: [pay], output }).run(
    'go',
  )
  expect(first.output).toMatchObject({ kind: 'deferred-tool-requests', approvals: [{ toolCallId: 'p1' }], calls: [] })
  expect(paid).toEqual([])
  const second = await agent({ model: scripted('ok', 'ok'), tools: [pay], output }).run(null, {
    messageHistory: first.messages,
    deferredToolResults: { approvals: results, metadata },
  })
  return { paid, second }
}

describe('a tool that waits for a yes', () => {
  it('runs when it is approved', async () => {
    const { paid, second } = await ask({ p1: true }, { p1: { by: 'eve' } })
    expect(paid).toEqual([{ amount: 5, approved: true, metadata: { by: 'eve' } }])
    expect(toolResults(second.messages)).toEqual([['pay', 'paid 5']])
    expect(second.usage.toolCalls).toBe(1)
  })

  it('runs with other arguments when they were changed, after checking them', async () => {
    const { paid } = await ask({ p1: { kind: 'tool-approved', overrideArgs: { amount: 3 } } })
    expect(paid).toMatchObject([{ amount: 3 }])
    const { paid: none, second } = await ask({ p1: { kind: 'tool-approved', overrideArgs: { amount: 'three' } } })
    expect(none).toEqual([])
    expect(toolResults(second.messages)).toMatchObject([['pay', { retry: [{ loc: ['amount'] }] }]])
  })

  it('does not run when it is denied', async () => {
    const { paid, second } = await ask({ p1: false })
    expect(paid).toEqual([])
    expect(requestParts(second.messages).at(-1)).toMatchObject({
      content: 'The tool call was denied.',
      outcome: 'denied',
    })
    const { second: told } = await ask({ p1: { kind: 'tool-denied', message: 'Too much.' } })
    expect(requestParts(told.messages).at(-1)).toMatchObject({ content: 'Too much.', outcome: 'denied' })
  })

  it('is not asked about when its arguments do not fit', async () => {
    const { paid, pay } = bank()
    const model = scripted(answer(call('pay', { amount: 'five' }, 'p1')), 'sorry')
    const { output: said, messages } = await agent({ model, tools: [pay], output }).run('go')
    expect(said).toBe('sorry')
    expect(paid).toEqual([])
    expect(toolResults(messages)).toMatchObject([['pay', { retry: [{ loc: ['amount'] }] }]])
  })

  it('may ask for itself, by what it was given', async () => {
    const ran: number[] = []
    const pay = tool({
      name: 'pay',
      input: z.object({ amount: z.number() }),
      run: ({ amount }, ctx) => {
        if (amount > 10 && !ctx.toolCallApproved) throw new ApprovalRequired({ limit: 10 })
        ran.push(amount)
        return 'paid'
      },
    })
    const model = scripted(answer(call('pay', { amount: 1 }, 'small'), call('pay', { amount: 99 }, 'large')))
    const first = await agent({ model, tools: [pay], output }).run('go')
    expect(ran).toEqual([1])
    expect(first.output).toMatchObject({ approvals: [{ toolCallId: 'large' }], metadata: { large: { limit: 10 } } })
    const second = await agent({ model: scripted('done'), tools: [pay], output }).run(null, {
      messageHistory: first.messages,
      deferredToolResults: { approvals: { large: true } },
    })
    expect(second.output).toBe('done')
    expect(ran).toEqual([1, 99])
  })
})
