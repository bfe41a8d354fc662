import { agent, ModelRetry, tool, type RunContext } from 'tenon'
import { z } from 'zod'

export interface Orders {
  status(orderId: string): Promise<'packed' | 'sent' | undefined>
}

const orderStatus = tool({
  name: 'order_status',
  description: 'Where an order is',
  input: z.object({ orderId: z.string() }),
  run: async ({ orderId }, ctx: RunContext<{ orders: Orders }>) => {
    const status = await ctx.deps.orders.status(orderId)
    if (status === undefined) throw new ModelRetry(`There is no order ${orderId}. Ask for the number again.`)
    return { orderId, status }
  },
})

export const supportAgent = agent({
  name: 'support',
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  instructions: 'You help customers with their orders.',
  tools: [orderStatus],
  output: z.object({ reply: z.string(), escalate: z.boolean() }),
})

/** Application code that a test should not have to rewrite: the model is chosen far from here. */
export async function answerCustomer(question: string, orders: Orders): Promise<string> {
  const { output } = await supportAgent.run(question, { deps: { orders } })
  return output.escalate ? `${output.reply} A colleague will call you.` : output.reply
}
