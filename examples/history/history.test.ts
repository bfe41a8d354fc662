import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('goes on with a conversation that was written to a file', async () => {
  const { lines, requests } = await runWithScript(() => import('./main.ts'), ['Hello, Ilze.', 'Ilze.'])
  expect(lines).toEqual(['Ilze.', '2 messages before, 2 new'])
  expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
})
