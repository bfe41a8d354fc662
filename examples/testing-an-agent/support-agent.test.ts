import { captureRunMessages, ModelRequestsBlocked } from 'tenon'
import { FunctionModel, setModelRequestsAllowed, TestModel } from 'tenon/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerCustomer, supportAgent, type Orders } from './support-agent.ts'

const orders: Orders = { status: async orderId => (orderId === 'A-1' ? 'sent' : undefined) }

// whatever a test forgets to replace: no request leaves the process
beforeAll(() => setModelRequestsAllowed(false))

describe('the support agent', () => {
  it('offers its tool, and gives an output of the right shape', async () => {
    // calls every tool once, with data made from its schema, then answers
    const model = new TestModel({ customOutputArgs: { reply: 'It is on its way.', escalate: false } })
    const known: Orders = { status: async () => 'packed' }
    const reply = await supportAgent.override({ model }, () => answerCustomer('Where is my order?', known))
    expect(reply).toBe('It is on its way.')
    expect(model.lastParameters?.functionTools.map(tool => tool.name)).toEqual(['order_status'])
  })

  it('tells the model when there is no such order', async () => {
    // plays the model, turn by turn
    const model = new FunctionModel({
      function: messages => {
        const asked = messages.filter(message => message.kind === 'response').length
        if (asked === 0) return { parts: [call('order_status', { orderId: 'B-2' })] }
        if (asked === 1) return { parts: [call('order_status', { orderId: 'A-1' })] }
        return { parts: [call('final_result', { reply: 'Sent.', escalate: true })] }
      },
    })
    await captureRunMessages(async captured => {
      const reply = await supportAgent.override({ model }, () => answerCustomer('And B-2?', orders))
      expect(reply).toBe('Sent. A colleague will call you.')
      const retries = captured.messages.flatMap(message => message.parts.filter(part => part.kind === 'retry-prompt'))
      expect(retries).toMatchObject([{ content: 'There is no order B-2. Ask for the number again.' }])
    })
  })

  it('is not asked for real', async () => {
    await expect(answerCustomer('Where is it?', orders)).rejects.toThrow(ModelRequestsBlocked)
  })
})

let calls = 0

function call(toolName: string, args: { readonly [key: string]: string | boolean }) {
  return { kind: 'tool-call' as const, toolName, args, toolCallId: `call_${(calls += 1)}` }
}
