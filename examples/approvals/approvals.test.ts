import { block, reply } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('stops for a decision and goes on with it', async () => {
  const { lines, requests } = await runWithScript(
    () => import('./main.ts'),
    [
      reply.blocks([
        block.toolUse('send_money', { to: 'Ilze', euros: 50 }),
        block.toolUse('send_money', { to: 'Bob', euros: 5000 }),
      ]),
      'Ilze has her money, Bob has not.',
    ],
  )
  expect(lines).toEqual(['waiting: send_money, send_money', 'Ilze has her money, Bob has not.'])
  const answers = JSON.stringify(requests[1]?.messages)
  expect(answers).toContain('Sent 50 € to Ilze.')
  expect(answers).toContain('At most 100 € without a signature.')
  expect(answers).not.toContain('Sent 5000')
})
