import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool } from '../src/core.ts'
import { collect } from './support/drive.ts'
import { streaming, toolCall } from './support/streams.ts'

const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })

describe('text()', () => {
  it('yields the pieces as they come; together they are the output', async () => {
    const stream = agent({ model: streaming(['Hel', 'lo', '', ' you']) }).stream('hi')
    expect(await collect(stream.text())).toEqual(['Hel', 'lo', ' you'])
    expect(await stream.output).toBe('Hello you')
  })

  it('sets the texts of two responses apart', async () => {
    const model = streaming(['Let me ', 'look.', ...toolCall('ping', {})], ['Found', ' it.'])
    const stream = agent({ model, tools: [ping] }).stream('hi')
    expect((await collect(stream.text())).join('')).toBe('Let me look.\n\nFound it.')
    expect(await stream.output).toBe('Found it.')
  })

  it('leaves thinking and tool calls out', async () => {
    const model = streaming([{ 0: { thinking: 'secret' } }, 'said'])
    expect(await collect(agent({ model }).stream('hi').text())).toEqual(['said'])
  })

  it('joins what comes within the window', async () => {
    const words = Array.from({ length: 50 }, (_, n) => `${n} `)
    const pieces = await collect(
      agent({ model: streaming(words) })
        .stream('hi')
        .text({ debounceMs: 50 }),
    )
    expect(pieces.join('')).toBe(words.join(''))
    expect(pieces.length).toBeLessThan(50)
  })

  it('rejects when the run fails', async () => {
    const stream = agent({ model: streaming() }).stream('hi')
    await expect(collect(stream.text())).rejects.toThrow('was not expected')
    await expect(stream.output).rejects.toThrow('was not expected')
  })
})
