import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, responseText, tool } from '../src/core.ts'
import { collect } from './support/drive.ts'
import { streaming, toolCall } from './support/streams.ts'

it('responses() yields the response as it grows, and each state stays what it was', async () => {
  const stream = agent({ model: streaming(['a', 'b', 'c']) }).stream('hi')
  const responses = await collect(stream.responses())
  const texts = responses.map(responseText)
  expect(texts[0]).toBe('a')
  expect(texts).toContain('ab')
  expect(texts.at(-1)).toBe('abc')
  for (const response of responses) expect(response).toMatchObject({ kind: 'response', modelName: 'streaming' })
  expect(responses[0]?.state).toBe('incomplete')
  expect(responses.at(-1)?.usage.outputTokens).toBeGreaterThan(0)
})

it('goes on with the next response', async () => {
  const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
  const stream = agent({ model: streaming(toolCall('ping', {}), ['done']), tools: [ping] }).stream('hi')
  const responses = await collect(stream.responses())
  expect(responses[0]?.parts).toMatchObject([{ kind: 'tool-call', toolName: 'ping' }])
  expect(responses.at(-1)?.parts).toEqual([{ kind: 'text', content: 'done' }])
})

it('may be joined', async () => {
  const words = Array.from({ length: 50 }, (_, n) => `${n} `)
  const responses = await collect(
    agent({ model: streaming(words) })
      .stream('hi')
      .responses({ debounceMs: 50 }),
  )
  expect(responses.length).toBeLessThan(50)
  expect(responses.map(responseText).at(-1)).toBe(words.join(''))
})
