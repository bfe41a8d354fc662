import process from 'node:process'
import { Corpus } from './corpus.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { drops, readBaseline, writeBaseline } from './report/baseline.ts'
import { explain } from './report/explain.ts'
import { KnownDifferences } from './report/known-differences.ts'
import { formatTable, isFailure, tally } from './report/tally.ts'
import { runProviders } from './run-providers.ts'
import { runScenarios } from './run-scenarios.ts'

const baselineFile = new URL('baseline.json', import.meta.url)
const knownDifferencesFile = new URL('known-differences.json', import.meta.url)

try {
  process.exitCode = await main(parseOptions(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.error(usage)
  process.exitCode = 1
}

async function main(options: Options): Promise<number> {
  const corpus = new Corpus(options.corpus)
  const known = KnownDifferences.read(knownDifferencesFile)
  const results = [...(await runProviders(corpus, options)), ...(await runScenarios(corpus, options))]
  if (results.length === 0) throw new Error('No recorded case fits these options.')
  const rows = tally(results, known)

  // with --json, standard output holds the array and nothing else
  const say = options.json ? console.error : console.log
  if (options.verbose) {
    const failed = results.filter(result => result.outcome.kind === 'failed')
    for (const result of failed.filter(item => isFailure(item, known))) say(`${explain(result)}\n`)
  }
  if (options.json) console.log(JSON.stringify(rows, null, 2))
  else console.log(formatTable(rows))

  const isWhole = options.filter === undefined
  if (options.updateBaseline && isWhole) {
    const others = Object.entries(readBaseline(baselineFile)).filter(([row]) =>
      rows.every(({ provider }) => provider !== row),
    )
    const kept = others.map(([provider, count]) => ({
      provider,
      passed: count,
      failed: 0,
      knownDifferences: 0,
      notSupported: 0,
    }))
    writeBaseline(baselineFile, [...rows, ...kept])
  }
  const problems = [
    ...(isWhole ? drops(rows, readBaseline(baselineFile)) : []),
    ...known
      .stale(results)
      .map(entry => `${entry.case} is listed as a known difference and passes: take it off the list`),
  ]
  for (const problem of problems) console.error(problem)
  return problems.length > 0 ? 1 : 0
}
