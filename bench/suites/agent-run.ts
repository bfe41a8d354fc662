import { floorModel, floorRun } from '../contestants/floor.ts'
import { prompt } from '../contestants/job.ts'
import { repeating } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import type { Suite } from '../suite.ts'

/** One run: the model calls one tool, then answers. The model is a mock that answers at once. */
export const suite: Suite = {
  name: 'agent-run',
  contestants: {
    floor: async () => {
      const model = floorModel(1)
      return repeating(() => floorRun(model))
    },
    ours: async () => {
      const { toolModel, weatherAgent } = await import('../contestants/ours.ts')
      const agent = weatherAgent(toolModel(1))
      return repeating(() => agent.run(prompt))
    },
    ai: async () => {
      const { generateText, stepCountIs } = await import('ai')
      const { toolModel, weatherTool } = await import('../contestants/ai.ts')
      const options = { model: toolModel(1), tools: { weather: weatherTool }, stopWhen: stepCountIs(2), prompt }
      return repeating(() => generateText(options))
    },
  },
  measure: async bench => {
    const samples = await bench.cpu(suite, { warmUpMs: 4000, processes: 3 })
    return [rowOf('agent run with 1 tool call, CPU', samples, { unit: 'µs', budget: { max: 60, of: 'ours' } })]
  },
}
