import { agent, ModelRetry, tool, type RunContext } from 'tenon'
import { z } from 'zod'
import type { DocsIndex } from './docs-index.ts'

/** What the agent's parts need of a run. Nobody declares it again: `docsAgent.run()` asks for it. */
export interface Deps {
  readonly docs: DocsIndex
}

export const Answer = z.object({
  answer: z.string().describe('The answer in a few sentences, from the docs alone'),
  sources: z
    .array(
      z.object({
        path: z.string().describe('The path of the page, as search_docs gave it'),
        quote: z.string().describe('One sentence of that page, word for word, that bears out the answer'),
      }),
    )
    .describe('At least one, unless the docs do not answer the question'),
})
export type Answer = z.infer<typeof Answer>

const searchDocs = tool({
  name: 'search_docs',
  description: 'Searches the documentation of Tenon. Returns sections of its pages, best first.',
  input: z.object({
    query: z.string().describe('The question, or its key words'),
    limit: z.number().int().min(1).max(10).default(6),
  }),
  run: ({ query, limit }, ctx: RunContext<Deps>) => ctx.deps.docs.search(query, limit),
})

/** A source that is not in the docs goes back to the model. */
function checkSources({ sources }: Answer, { deps }: RunContext<Deps>): void {
  const wrong = sources.filter(({ path, quote }) => !deps.docs.holds(path, quote))
  if (wrong.length === 0) return
  const list = wrong.map(({ path, quote }) => `- ${path}: ${quote}`).join('\n')
  throw new ModelRetry(`These quotes are not in their pages, word for word. Quote what search_docs returned:\n${list}`)
}

/** Answers questions about Tenon from its documentation, with sources that were checked. */
export const docsAgent = agent({
  name: 'ask-docs',
  instructions: [
    'You answer questions about Tenon, a TypeScript library for AI agents.',
    'Search the docs first, and again with other words if the sections found do not answer the question.',
    'Say only what the docs say. If they do not answer the question, say so.',
  ],
  tools: [searchDocs],
  output: Answer,
  outputValidators: [checkSources],
  retries: 2,
  usageLimits: { requestLimit: 10 },
})
