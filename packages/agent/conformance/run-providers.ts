import type { Corpus } from './corpus.ts'
import type { Options } from './options.ts'
import { findCaseRunner } from './providers/index.ts'
import type { CaseRunner } from './providers/case-runner.ts'
import { attempt, type CaseResult, type Outcome } from './report/outcome.ts'

/** Runs the recorded provider cases, and the rows of profiles and schemas for providers we have. */
export async function runProviders(corpus: Corpus, options: Options): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const provider of corpus.providers()) {
    if (options.provider !== undefined && options.provider !== provider) continue
    results.push(...(await runProvider(corpus, provider, options)))
  }
  return results
}

async function runProvider(corpus: Corpus, provider: string, options: Options): Promise<CaseResult[]> {
  const isWanted = (id: string) => options.filter === undefined || id.includes(options.filter)
  const names = corpus.caseNames(provider).filter(name => isWanted(`${provider}/${name}`))
  const runner = await findCaseRunner(provider, corpus)
  if (runner === undefined) {
    const outcome: Outcome = { kind: 'not-supported', reason: `no provider ${provider}` }
    return names.map(name => ({ row: provider, id: `${provider}/${name}`, outcome }))
  }
  try {
    const results: CaseResult[] = []
    for (const name of names) {
      results.push({ row: provider, id: `${provider}/${name}`, outcome: await runCase(runner, corpus, provider, name) })
    }
    return [...results, ...(await runRows(runner, provider, isWanted))]
  } finally {
    await runner.close?.()
  }
}

async function runCase(runner: CaseRunner, corpus: Corpus, provider: string, name: string): Promise<Outcome> {
  const recorded = corpus.loadCase(provider, name)
  return runner.runCase(recorded)
}

async function runRows(runner: CaseRunner, provider: string, isWanted: (id: string) => boolean): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const row of runner.rows?.() ?? []) {
    const id = `${provider}/${row.id}`
    if (isWanted(id)) results.push({ row: provider, id, outcome: await attempt(() => row.check()) })
  }
  return results
}
