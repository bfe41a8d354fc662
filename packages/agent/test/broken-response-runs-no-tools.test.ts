import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool, UnexpectedModelBehavior, type FinishReason } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'

function transferAgent(finishReason: FinishReason) {
  const transfers: number[] = []
  let requests = 0
  const model = new FunctionModel({
    function: () => {
      requests += 1
      if (requests > 1) return { parts: [{ kind: 'text', content: 'done' }] }
      return {
        parts: [{ kind: 'tool-call', toolName: 'transfer', args: { amount: 5 }, toolCallId: 'c1' }],
        finishReason,
      }
    },
  })
  const transfer = tool({
    name: 'transfer',
    input: z.object({ amount: z.number() }),
    run: ({ amount }) => {
      transfers.push(amount)
      return 'sent'
    },
  })
  return { transfers, bank: agent({ model, tools: [transfer], retries: { output: 1 } }) }
}

describe('tool calls of a response that ended badly', () => {
  it.each(['error', 'content_filter'] as const)('are not executed after `%s`, and the model is told', async reason => {
    const { transfers, bank } = transferAgent(reason)
    const { messages } = await bank.run('pay')
    expect(transfers).toEqual([])
    expect(messages[2]?.parts[0]).toMatchObject({
      kind: 'retry-prompt',
      toolCallId: 'c1',
      content: expect.stringContaining(`ended with \`${reason}\``),
    })
  })

  it('are executed after an ordinary end', async () => {
    const { transfers, bank } = transferAgent('tool_call')
    await bank.run('pay')
    expect(transfers).toEqual([5])
  })

  it('end the run when the output budget is used up', async () => {
    const { bank } = transferAgent('error')
    await expect(bank.run('pay', { retries: { output: 0 } })).rejects.toThrow(UnexpectedModelBehavior)
  })
})
