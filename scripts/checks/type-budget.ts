import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TypeBudget, typeBudgets } from '../../bench/types/budgets.ts'
import { root } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'
import { runNode } from './command.ts'

export const typeBudget: Check = {
  name: 'type-budget',
  about: 'the programs of bench/types cost the compiler no more than bench/types/budgets.ts allows',
  after: ['build'],
  run: async () => {
    const results = []
    for (const budget of typeBudgets) results.push({ budget, ...(await measureTypes(budget)) })
    const problems = results.flatMap(({ budget, instantiations, errors }) => {
      if (instantiations === undefined) return [`bench/types/${budget.program} does not compile\n${errors}`]
      if (instantiations <= budget.maxInstantiations) return []
      return [
        `bench/types/${budget.program}: ${instantiations} instantiations, the budget is ${budget.maxInstantiations}`,
      ]
    })
    const note = results.map(({ budget, instantiations }) => `${budget.program} ${instantiations ?? '–'}`).join(', ')
    return outcomeOf(problems, note)
  },
}

/** Compiles one program as a user would: against the built packages, checking no declaration file. */
export async function measureTypes({ program }: TypeBudget): Promise<{ instantiations?: number; errors: string }> {
  const cache = join(root, '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'type-budget-'))
  try {
    const config = {
      extends: '../../tsconfig.check.json',
      files: [`../../bench/types/${program}`],
      include: [],
      exclude: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const args = ['node_modules/ts7/bin/tsc', '-p', folder, '--extendedDiagnostics', '--pretty', 'false']
    const { code, output } = await runNode(args)
    const count = /^Instantiations:\s+(\d+)$/m.exec(output)?.[1]
    if (code === 0 && count !== undefined) return { instantiations: Number(count), errors: '' }
    return {
      errors: output
        .split('\n')
        .filter(line => line.includes('error TS'))
        .join('\n'),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
