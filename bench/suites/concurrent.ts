import { floorModel, floorRun } from '../contestants/floor.ts'
import { prompt } from '../contestants/job.ts'
import { rowOf } from '../measure/row.ts'
import type { Suite, Work } from '../suite.ts'

const latencyMs = 50

/** Many runs at once in one process, each with one tool call; the model takes 50 ms for each answer. */
export const suite: Suite = {
  name: 'concurrent',
  contestants: {
    floor: async ({ runs }) => {
      const model = floorModel(1, latencyMs)
      return together(Number(runs), () => floorRun(model))
    },
    ours: async ({ runs }) => {
      const { toolModel, weatherAgent } = await import('../contestants/ours.ts')
      const agent = weatherAgent(toolModel(1, latencyMs))
      return together(Number(runs), () => agent.run(prompt))
    },
    ai: async ({ runs }) => {
      const { generateText, stepCountIs } = await import('ai')
      const { toolModel, weatherTool } = await import('../contestants/ai.ts')
      const options = {
        model: toolModel(1, latencyMs),
        tools: { weather: weatherTool },
        stopWhen: stepCountIs(2),
        prompt,
      }
      return together(Number(runs), () => generateText(options))
    },
  },
  measure: async bench => {
    const runs = bench.size(10_000, 20)
    const samples = await bench.peakMemory(suite, { input: { runs } })
    const what = `${runs.toLocaleString('en')} runs at once, peak memory of the process`
    return [rowOf(what, samples, { unit: 'MB', divisor: 2 ** 20, budget: { max: 260, of: 'ours' } })]
  },
}

function together(runs: number, run: () => Promise<unknown>): Work {
  return async count => {
    for (let i = 0; i < count; i += 1) await Promise.all(Array.from({ length: runs }, run))
  }
}
