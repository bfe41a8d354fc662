import { z } from 'zod'
import { itemSchema, jsonDeltas } from '../contestants/deltas.ts'
import { GrowingJson } from '../contestants/floor-json.ts'
import { prompt } from '../contestants/job.ts'
import { reading } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import type { Bench, Row, Samples, Suite } from '../suite.ts'

/** A structured output streamed in pieces of 20 characters; after every piece the part that is there is read.
 *  `length`: characters of the document. */
export const suite: Suite = {
  name: 'partials',
  contestants: {
    floor: async ({ length }) => {
      const deltas = jsonDeltas('items', Number(length))
      return reading(() => floorPartials(deltas))
    },
    ours: async ({ length }) => {
      const { agent, nativeOutput } = await import('tenon/core')
      const { streamModel } = await import('../contestants/ours.ts')
      const model = streamModel(jsonDeltas('items', Number(length)))
      const lister = agent({ model, output: nativeOutput(z.object({ items: z.array(itemSchema) })) })
      return reading(() => lister.stream(prompt).partials())
    },
    ai: async ({ length }) => {
      const { streamText, Output } = await import('ai')
      const { streamModel } = await import('../contestants/ai.ts')
      const deltas = jsonDeltas('items', Number(length))
      const model = streamModel(() => deltas)
      const output = Output.object({ schema: z.object({ items: z.array(itemSchema) }) })
      return reading(() => streamText({ model, prompt, output }).partialOutputStream)
    },
    // no partial objects: whole elements of a list, the one way of this peer that does not read everything again
    'ai elements': async ({ length }) => {
      const { streamText, Output } = await import('ai')
      const { streamModel } = await import('../contestants/ai.ts')
      const deltas = jsonDeltas('elements', Number(length))
      const model = streamModel(() => deltas)
      const output = Output.array({ element: itemSchema })
      return reading(() => streamText({ model, prompt, output }).elementStream)
    },
  },
  measure: async bench => {
    const [small, large] = [bench.size(100_000, 1000), bench.size(1_000_000, 2000)]
    const whole = await measure(bench, { length: small, contestants: ['ours', 'floor', 'ai elements'], samples: 7 })
    // takes so long that it is measured once, cold
    const slow = await bench.cpu(suite, {
      input: { length: small },
      contestants: ['ours', 'ai'],
      warmUpMs: 0,
      samples: 1,
    })
    const largeOnes = await measure(bench, { length: large, contestants: ['ours', 'floor', 'ai elements'], samples: 7 })
    return [
      row(`partial objects of ${kilobytes(small)} of JSON`, whole, 25),
      row('the same, once and cold, beside the partial objects of the peer', slow, undefined),
      row(`partial objects of ${kilobytes(large)} of JSON`, largeOnes, 300),
    ]
  },
}

interface Measured {
  readonly length: number
  readonly contestants: readonly string[]
  readonly samples: number
}

function measure(bench: Bench, { length, contestants, samples }: Measured): Promise<Samples> {
  return bench.cpu(suite, { input: { length }, contestants, samples })
}

function row(what: string, samples: Samples, max: number | undefined): Row {
  const peer = samples.has('ai') ? 'ai' : 'ai elements'
  return rowOf(`${what}, CPU`, samples, {
    unit: 'ms',
    divisor: 1000,
    peer,
    budget: max === undefined ? undefined : { max, of: 'ours' },
  })
}

const kilobytes = (length: number) => `${(length / 1000).toLocaleString('en')} KB`

async function* floorPartials(deltas: readonly string[]): AsyncGenerator<unknown> {
  const json = new GrowingJson()
  for (const delta of deltas) {
    json.push(delta, (value, depth) => {
      if (depth === 2) itemSchema.parse(value)
    })
    yield json.value
  }
}
