import { reply } from '@tenon/local-bedrock'
import { expect, it } from 'vitest'
import { runWithScript } from '../test-support/run-with-script.ts'

it('shows text, an object and events while they arrive', async () => {
  const story = { title: 'Fog', lines: ['It came.', 'It went.'] }
  const { lines } = await runWithScript(
    () => import('./main.ts'),
    ['Fog came. It went.', reply.toolUse('final_result', story), 'The end.'],
  )
  expect(lines[0]).toBe('Fog came. It went.')
  expect(lines.slice(-3)).toEqual(['It came. It went.', 'a text begins', 'The end.'])
  const partials = lines.slice(1, -3)
  expect(partials.length).toBeGreaterThan(2)
  expect(partials.at(-1)).toBe('Fog: 2 lines')
})
