import { reply } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('gets a recipe, and sends back one that takes too long', async () => {
  const recipe = { title: 'Hummus', ingredients: [{ name: 'chickpeas', grams: 400 }] }
  const { lines, requests } = await runWithScript(
    () => import('./main.ts'),
    [
      reply.toolUse('final_result_Recipe', { ...recipe, minutes: 90 }),
      reply.toolUse('final_result_Recipe', { ...recipe, minutes: 15 }),
    ],
  )
  expect(lines).toEqual(['Hummus, 15 minutes, 1 ingredients'])
  expect(requests[0]?.toolConfig?.tools?.map(({ toolSpec }) => toolSpec?.name)).toEqual([
    'final_result_Recipe',
    'final_result_Refusal',
  ])
  expect(JSON.stringify(requests[1]?.messages)).toContain('At most an hour, please.')
})
