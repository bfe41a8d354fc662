import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('says where hello world comes from', async () => {
  const { lines, requests } = await runWithScript(() => import('./main.ts'), ['From a book on B.'])
  expect(lines[0]).toBe('From a book on B.')
  expect(lines[1]).toMatch(/^\d+ tokens in, \d+ out$/)
  expect(requests).toMatchObject([{ system: [{ text: 'Answer in one sentence.' }] }])
})
