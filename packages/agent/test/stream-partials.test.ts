import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, nativeOutput, promptedOutput } from '../src/core.ts'
import { collect } from './support/drive.ts'
import { streaming, toolCall } from './support/streams.ts'

const Report = z.object({
  title: z.string(),
  rows: z.array(z.object({ n: z.number() })),
  note: z.string().default('none'),
})
const value = { title: 'Sums', rows: [{ n: 1 }, { n: 22 }] }
const json = JSON.stringify(value)
const cut = (text: string, size: number) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.slice(n * size, (n + 1) * size))

/** Partial objects are alive, so each is copied. */
async function copies(source: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const partial of source) seen.push(structuredClone(partial))
  return seen
}

describe('partials()', () => {
  it('grow from piece to piece; the last one is the validated output', async () => {
    const stream = agent({ model: streaming(toolCall('final_result', value, { size: 6 })), output: Report }).stream(
      'go',
    )
    const partials = await copies(stream.partials())
    expect(partials).toEqual([
      {},
      { title: 'Su' },
      { title: 'Sums' },
      { title: 'Sums', rows: [] },
      // a number may go on, so it is not shown before what follows it
      { title: 'Sums', rows: [{}] },
      { title: 'Sums', rows: [{ n: 1 }, {}] },
      { title: 'Sums', rows: [{ n: 1 }, { n: 22 }] },
      { title: 'Sums', rows: [{ n: 1 }, { n: 22 }], note: 'none' },
    ])
    expect(await stream.output).toEqual(partials.at(-1))
  })

  it.each([
    ['native', nativeOutput(Report)],
    ['prompted', promptedOutput(Report)],
  ])('come from the text of a %s output too', async (_, output) => {
    const partials = await copies(
      agent({ model: streaming(cut(json, 6)), output })
        .stream('go')
        .partials(),
    )
    expect(partials).toContainEqual({ title: 'Su' })
    expect(partials.at(-1)).toEqual({ ...value, note: 'none' })
  })

  it('come from a fenced block', async () => {
    const model = streaming(cut(`Here you are:\n\`\`\`json\n${json}\n\`\`\``, 8))
    const partials = await copies(
      agent({ model, output: promptedOutput(Report) })
        .stream('go')
        .partials(),
    )
    expect(partials).toContainEqual({ title: 'Sums', rows: [{ n: 1 }, {}] })
    expect(partials.at(-1)).toEqual({ ...value, note: 'none' })
  })

  it('are the value itself where the model has to wrap it', async () => {
    const list = await copies(
      agent({
        model: streaming(toolCall('final_result', { response: [10, 20, 30] }, { size: 1 })),
        output: z.array(z.number()),
      })
        .stream('go')
        .partials(),
    )
    expect(list.at(-1)).toEqual([10, 20, 30])
    expect(list).toContainEqual([10, 20])
    expect(list.every(partial => Array.isArray(partial))).toBe(true)
  })

  it('begin again when an attempt was refused', async () => {
    const model = streaming(
      toolCall('final_result', { title: 7, rows: [] }, { id: '1', size: 4 }),
      toolCall('final_result', { title: 'ok', rows: [] }, { id: '2', size: 4 }),
    )
    const partials = await copies(agent({ model, output: Report }).stream('go').partials())
    expect(partials).toContainEqual({ title: 7, rows: [] })
    expect(partials.at(-1)).toEqual({ title: 'ok', rows: [], note: 'none' })
  })

  it('of a text that is no JSON are none, and the run sees to it', async () => {
    const model = streaming(['no JSON'], toolCall('final_result', { title: 'a', rows: [] }, { size: 100 }))
    const partials = await copies(agent({ model, output: Report }).stream('go').partials())
    expect(partials.at(-1)).toEqual({ title: 'a', rows: [], note: 'none' })
  })

  it('of a text output is the text', async () => {
    expect(
      await collect(
        agent({ model: streaming(['a', 'b']) })
          .stream('go')
          .partials(),
      ),
    ).toEqual(['ab'])
  })

  it('may be joined: the last of a window is the newest', async () => {
    const model = streaming(toolCall('final_result', value, { size: 1 }))
    const partials = await copies(agent({ model, output: Report }).stream('go').partials({ debounceMs: 50 }))
    expect(partials.length).toBeLessThan(json.length)
    expect(partials.at(-1)).toEqual({ ...value, note: 'none' })
  })
})

describe('elements()', () => {
  const Row = z.object({ n: z.number(), tags: z.array(z.string()) })
  const rows = Array.from({ length: 5 }, (_, n) => ({ n, tags: [`a${n}`, `b${n}`] }))

  it('yields each element when it is whole', async () => {
    const model = streaming(toolCall('final_result', { response: rows }, { size: 7 }))
    const stream = agent({ model, output: z.array(Row) }).stream('go')
    const seen: unknown[] = []
    for await (const element of stream.elements()) seen.push(structuredClone(element))
    expect(seen).toEqual(rows)
    expect(await stream.output).toEqual(rows)
  })

  it('yields the first before the model has written the last', async () => {
    let written = 0
    const pieces = toolCall('final_result', { response: rows }, { size: 7 })
    const model = streaming(pieces)
    const counted = Object.assign(Object.create(model) as typeof model, {
      requestStream: async (call: Parameters<typeof model.requestStream>[0]) => {
        const stream = await model.requestStream(call)
        const iterate = stream[Symbol.asyncIterator].bind(stream)
        return Object.assign(stream, {
          async *[Symbol.asyncIterator]() {
            for await (const event of { [Symbol.asyncIterator]: iterate }) {
              written += 1
              yield event
            }
          },
        })
      },
    })
    const stream = agent({ model: counted, output: z.array(Row) }).stream('go')
    for await (const element of stream.elements()) {
      expect(element).toMatchObject({ n: 0 })
      break
    }
    expect(written).toBeLessThan(pieces.length / 2)
  })

  it('of scalars, and of no elements', async () => {
    const numbers = streaming(toolCall('final_result', { response: [1, 22, 333] }, { size: 3 }))
    expect(
      await collect(
        agent({ model: numbers, output: z.array(z.number()) })
          .stream('go')
          .elements(),
      ),
    ).toEqual([1, 22, 333])
    const none = streaming(toolCall('final_result', { response: [] }))
    expect(
      await collect(
        agent({ model: none, output: z.array(z.number()) })
          .stream('go')
          .elements(),
      ),
    ).toEqual([])
  })
})
