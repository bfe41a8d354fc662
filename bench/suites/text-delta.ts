import { textDelta } from '../contestants/deltas.ts'
import { prompt } from '../contestants/job.ts'
import { reading } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import type { Suite } from '../suite.ts'

/** A streamed answer of many small pieces of text, read to its end. `deltas`: how many. */
export const suite: Suite = {
  name: 'text-delta',
  contestants: {
    floor: async ({ deltas }) => reading(() => floorStream(Number(deltas))),
    // the events of the stream, as `floor` and the peers have text alone, so `text()` is measured besides
    ours: async ({ deltas }) => {
      const agent = await streamingAgent(Number(deltas))
      return reading(() => agent.stream(prompt))
    },
    'ours-text': async ({ deltas }) => {
      const agent = await streamingAgent(Number(deltas))
      return reading(() => agent.stream(prompt).text())
    },
    ai: async ({ deltas }) => {
      const { streamText } = await import('ai')
      const { streamModel } = await import('../contestants/ai.ts')
      const model = streamModel(() => texts(Number(deltas)))
      return reading(() => streamText({ model, prompt }).textStream)
    },
  },
  measure: async bench => {
    const deltas = bench.size(10_000, 20)
    const samples = await bench.cpu(suite, { input: { deltas } })
    const budget = { max: 2, of: 'ours' } as const
    const ofText = new Map(samples).set('ours', samples.get('ours-text')!)
    return [
      rowOf('text delta through stream(), events', samples, { unit: 'µs', divisor: deltas, budget }),
      rowOf('text delta through stream().text()', ofText, { unit: 'µs', divisor: deltas, budget }),
    ]
  },
}

function* texts(count: number): Generator<string, void> {
  for (let i = 0; i < count; i += 1) yield textDelta
}

async function* floorStream(count: number): AsyncGenerator<string> {
  yield* texts(count)
}

async function streamingAgent(deltas: number) {
  const { agent } = await import('tenon/core')
  const { streamModel } = await import('../contestants/ours.ts')
  return agent({ model: streamModel({ [Symbol.iterator]: () => texts(deltas) }) })
}
