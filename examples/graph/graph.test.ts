import { reply } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('writes until the editor is content', async () => {
  const { lines, requests } = await runWithScript(
    () => import('./main.ts'),
    [
      'It is cold.',
      reply.toolUse('final_result', { isGood: false, advice: 'Name a tower.' }),
      'St. Peter waves at the river.',
      reply.toolUse('final_result', { isGood: true, advice: '' }),
    ],
  )
  expect(lines).toEqual(['St. Peter waves at the river. (draft 2)'])
  expect(JSON.stringify(requests[2]?.messages)).toContain('Name a tower.')
})
