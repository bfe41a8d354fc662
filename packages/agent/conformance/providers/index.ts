import type { Corpus } from '../corpus.ts'
import type { CaseRunner } from './case-runner.ts'

/** How the cases of a provider are run, by folder name. A provider that is not here is not supported yet. */
const runners: Readonly<Record<string, (corpus: Corpus, provider: string) => Promise<CaseRunner>>> = {
  bedrock: async corpus => {
    const [{ HttpCaseRunner }, { bedrock }] = await Promise.all([
      import('./http-case-runner.ts'),
      import('./bedrock.ts'),
    ])
    return HttpCaseRunner.start(bedrock, corpus)
  },
  'bedrock-mantle': async corpus => {
    const [{ HttpCaseRunner }, { bedrockMantle }] = await Promise.all([
      import('./http-case-runner.ts'),
      import('./bedrock-mantle.ts'),
    ])
    return HttpCaseRunner.start(bedrockMantle, corpus)
  },
  openai: async corpus => {
    const [{ HttpCaseRunner }, { openai }] = await Promise.all([import('./http-case-runner.ts'), import('./openai.ts')])
    return HttpCaseRunner.start(openai, corpus)
  },
  doubles: loadDoubles,
  function: loadDoubles,
  test: loadDoubles,
}

export async function findCaseRunner(provider: string, corpus: Corpus): Promise<CaseRunner | undefined> {
  return Object.hasOwn(runners, provider) ? runners[provider]?.(corpus, provider) : undefined
}

async function loadDoubles(): Promise<CaseRunner> {
  const { doublesRunner } = await import('../doubles/doubles-runner.ts')
  return doublesRunner
}
