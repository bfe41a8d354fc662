import { floorModel, floorRun } from '../contestants/floor.ts'
import { prompt } from '../contestants/job.ts'
import { repeating } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import { growth, medianOf } from '../measure/statistics.ts'
import type { Bench, Contestant, Row, Samples, Suite } from '../suite.ts'

/** One run with many tool calls, one after the other. `turns`: how many. */
export const suite: Suite = {
  name: 'long-run',
  contestants: {
    floor: async ({ turns }) => {
      const model = floorModel(Number(turns))
      return repeating(() => floorRun(model))
    },
    ours: async ({ turns }) => {
      const { toolModel, weatherAgent } = await import('../contestants/ours.ts')
      const agent = weatherAgent(toolModel(Number(turns)), Number(turns))
      return repeating(() => agent.run(prompt))
    },
    ai: async ({ turns }) => {
      const { generateText, stepCountIs } = await import('ai')
      const { toolModel, weatherTool } = await import('../contestants/ai.ts')
      const model = toolModel(Number(turns))
      const options = { model, tools: { weather: weatherTool }, stopWhen: stepCountIs(Number(turns) + 1), prompt }
      return repeating(() => generateText(options))
    },
  },
  measure: async bench => {
    const [small, large] = [bench.size(100, 2), bench.size(1000, 4)]
    const few = await measure(bench, small)
    const many = await measure(bench, large)
    const slope = (contestant: Contestant) =>
      slopeOf(contestant, { size: small, samples: few }, { size: large, samples: many })
    const [ours, floor, peer] = [slope('ours'), slope('floor'), slope('ai')]
    const growthRow: Row = {
      what: `growth from ${small} to ${large} tool turns (1 = linear)`,
      unit: 'exponent',
      ours: ours!,
      floor,
      peer: peer === undefined ? undefined : { name: 'ai', value: peer },
      budget: { max: 1.1, of: 'ours' },
    }
    return [
      rowOf(`${small} tool turns in one run, CPU`, few, { unit: 'ms', divisor: 1000 }),
      rowOf(`${large} tool turns in one run, CPU`, many, {
        unit: 'ms',
        divisor: 1000,
        budget: { max: 60, of: 'ours' },
      }),
      growthRow,
    ]
  },
}

function measure(bench: Bench, turns: number): Promise<Samples> {
  return bench.cpu(suite, { input: { turns }, sampleMs: 150, processes: 3 })
}

interface AtSize {
  readonly size: number
  readonly samples: Samples
}

function slopeOf(contestant: Contestant, small: AtSize, large: AtSize): number | undefined {
  const [less, more] = [medianOf(small.samples, contestant), medianOf(large.samples, contestant)]
  if (less === undefined || more === undefined) return undefined
  return growth({ size: small.size, cost: less }, { size: large.size, cost: more })
}
