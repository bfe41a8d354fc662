import { agent, argsAsObject, deferredToolRequests, text, tool, type ToolCallPart } from 'tenon'
import { z } from 'zod'

const sendMoney = tool({
  name: 'send_money',
  description: 'Sends money to somebody',
  input: z.object({ to: z.string(), euros: z.number().positive() }),
  requiresApproval: true,
  run: ({ to, euros }) => `Sent ${euros} € to ${to}.`,
})

const bank = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  tools: [sendMoney],
  // a run may end with text, or with calls that wait for somebody
  output: [text, deferredToolRequests],
})

/** Stands for a person who is asked, now or next week: everything a later run needs is plain data. */
function decide(call: ToolCallPart): boolean | { kind: 'tool-denied'; message: string } {
  const { euros } = argsAsObject(call)
  if (typeof euros === 'number' && euros <= 100) return true
  return { kind: 'tool-denied', message: 'At most 100 € without a signature.' }
}

const first = await bank.run('Send 50 € to Ilze and 5000 € to Bob.')
if (typeof first.output === 'string') {
  console.log(first.output)
} else {
  const waiting = first.output.approvals
  console.log(`waiting: ${waiting.map(call => call.toolName).join(', ')}`)
  const approvals = Object.fromEntries(waiting.map(call => [call.toolCallId, decide(call)]))
  const second = await bank.run(null, { messageHistory: first.messages, deferredToolResults: { approvals } })
  console.log(second.output)
}
