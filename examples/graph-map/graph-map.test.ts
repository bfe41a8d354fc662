import { expect, it, vi } from 'vitest'

it('maps, joins and draws', async () => {
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(values.join(' ')))
  try {
    await import('./main.ts')
  } finally {
    log.mockRestore()
  }
  expect(lines.slice(0, 3)).toEqual(['amber by the sea: amber', 'storks return in spring: storks', '8 words'])
  expect(lines[3]).toContain('stateDiagram-v2')
})
