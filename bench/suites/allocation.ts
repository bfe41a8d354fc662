import { rowOf } from '../measure/row.ts'
import type { Suite } from '../suite.ts'
import { suite as agentRun } from './agent-run.ts'

/** What the runs of `agent-run` allocate. */
export const suite: Suite = {
  name: 'allocation',
  contestants: agentRun.contestants,
  measure: async bench => {
    const samples = await bench.allocation(suite, { processes: 3 })
    const budget = { max: 40, of: 'ours' } as const
    return [rowOf('allocated by such a run', samples, { unit: 'KB', divisor: 1024, budget })]
  },
}
