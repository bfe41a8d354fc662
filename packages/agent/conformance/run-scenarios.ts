import type { Corpus } from './corpus.ts'
import type { Options } from './options.ts'
import type { CaseResult } from './report/outcome.ts'

/** Runs the whole-agent scenarios; one row per group. */
export async function runScenarios(corpus: Corpus, options: Options): Promise<CaseResult[]> {
  const names = corpus.scenarioNames().filter(name => {
    const row = rowOf(name)
    const isWanted = options.provider === undefined || options.provider === 'scenarios' || options.provider === row
    return isWanted && (options.filter === undefined || `scenarios/${name}`.includes(options.filter))
  })
  if (names.length === 0) return []
  const { runScenario } = await import('./scenarios/run-scenario.ts')
  const template = promptedOutputTemplate(corpus)
  const results: CaseResult[] = []
  for (const name of names) {
    const outcome = await runScenario(corpus.loadScenario(name), template)
    results.push({ row: rowOf(name), id: `scenarios/${name}`, outcome })
  }
  return results
}

function rowOf(scenario: string): string {
  return `scenarios/${scenario.slice(0, scenario.indexOf('.'))}`
}

/** The wording of a prompt for structured output is our own by default; the scenarios were recorded with another,
 *  which the recorded cases hold. */
function promptedOutputTemplate(corpus: Corpus): string | undefined {
  const [name] = corpus.caseNames('doubles')
  const template =
    name === undefined ? undefined : corpus.loadCase('doubles', name).calls[0]?.model.profile?.prompted_output_template
  return typeof template === 'string' ? template : undefined
}
