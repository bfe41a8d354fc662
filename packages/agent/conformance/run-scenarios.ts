import type { Corpus } from './corpus.ts'
import type { Options } from './options.ts'
import type { CaseResult } from './report/outcome.ts'
import { runScenario } from './scenarios/run-scenario.ts'

/** Runs the whole-agent scenarios; one row per group. */
export async function runScenarios(corpus: Corpus, options: Options): Promise<CaseResult[]> {
  const names = corpus.scenarioNames().filter(name => {
    const row = rowOf(name)
    const isWanted = options.provider === undefined || options.provider === 'scenarios' || options.provider === row
    return isWanted && (options.filter === undefined || `scenarios/${name}`.includes(options.filter))
  })
  const results: CaseResult[] = []
  for (const name of names) {
    const outcome = await runScenario(corpus.loadScenario(name))
    results.push({ row: rowOf(name), id: `scenarios/${name}`, outcome })
  }
  return results
}

function rowOf(scenario: string): string {
  return `scenarios/${scenario.slice(0, scenario.indexOf('.'))}`
}
