import type { Suite } from './suite.ts'

/** Every suite, in the order of the table. Loaded one by one: a process that measures holds nothing of the other suites. */
export const suites = {
  'agent-run': () => import('./suites/agent-run.ts'),
  allocation: () => import('./suites/allocation.ts'),
  'long-run': () => import('./suites/long-run.ts'),
  concurrent: () => import('./suites/concurrent.ts'),
  'text-delta': () => import('./suites/text-delta.ts'),
  partials: () => import('./suites/partials.ts'),
  import: () => import('./suites/import.ts'),
  graph: () => import('./suites/graph.ts'),
  bundle: () => import('./suites/bundle.ts'),
  bedrock: () => import('./suites/bedrock.ts'),
  types: () => import('./suites/types.ts'),
} satisfies Record<string, () => Promise<{ suite: Suite }>>

export type SuiteName = keyof typeof suites

export const suiteNames = Object.keys(suites) as readonly SuiteName[]

export async function loadSuite(name: SuiteName): Promise<Suite> {
  const { suite } = await suites[name]()
  return suite
}
