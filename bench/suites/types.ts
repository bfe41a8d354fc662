import { measureTypes } from '../../scripts/checks/type-budget.ts'
import type { Suite } from '../suite.ts'
import { typeBudgets } from '../types/budgets.ts'

/** What the compiler spends on a program with one tool and a structured output. */
export const suite: Suite = {
  name: 'types',
  contestants: {},
  measure: async () => {
    const budget = typeBudgets.find(({ program }) => program === 'tool-and-output.ts')!
    const { instantiations, errors } = await measureTypes(budget)
    if (instantiations === undefined) throw new Error(`bench/types/${budget.program} does not compile:\n${errors}`)
    return [
      {
        what: 'type instantiations, 1 tool and a structured output',
        unit: 'count',
        ours: instantiations,
        budget: { max: budget.maxInstantiations, of: 'ours' },
      },
    ]
  },
}
