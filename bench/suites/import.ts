import { rowOf } from '../measure/row.ts'
import type { Suite } from '../suite.ts'

/** A fresh process that imports, makes one agent with one tool and ends. The floor imports zod, and the AWS client. */
export const suite: Suite = {
  name: 'import',
  contestants: {},
  measure: async bench => {
    const plain = await bench.processCpu(
      { floor: 'programs/import-floor', ours: 'programs/import-ours', ai: 'programs/import-ai' },
      11,
    )
    const bedrock = await bench.processCpu(
      { floor: 'programs/import-aws-floor', ours: 'programs/import-aws-ours', ai: 'programs/import-aws-ai' },
      11,
    )
    return [
      rowOf('import and one agent, with zod, CPU of the process', plain, {
        unit: 'ms',
        divisor: 1000,
        budget: { max: 1.2, of: 'floor' },
      }),
      rowOf('the same with Bedrock, CPU of the process', bedrock, {
        unit: 'ms',
        divisor: 1000,
        budget: { max: 1.1, of: 'floor' },
      }),
    ]
  },
}
