import { reply } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('looks the weather up, and corrects a city', async () => {
  const { lines, requests } = await runWithScript(
    () => import('./main.ts'),
    [
      reply.toolUse('get_forecast', { city: 'riga' }),
      reply.toolUse('get_forecast', { city: 'Riga' }),
      'Yes, Ilze: sleet.',
    ],
  )
  expect(lines).toEqual(['Yes, Ilze: sleet.'])
  expect(JSON.stringify(requests[1]?.messages)).toContain('No forecast for riga. Choose: Riga, Lisbon.')
  expect(JSON.stringify(requests[2]?.messages)).toContain('sleet')
  expect(JSON.stringify(requests[0]?.system)).toContain('You talk to Ilze.')
})
