import type { Difference } from '../compare/compare.ts'
import type { CaseResult } from './outcome.ts'

const shownDifferences = 6
const shownCharacters = 400

/** The first differences of one case, for people. */
export function explain({ id, outcome }: CaseResult, reason?: string): string {
  if (outcome.kind !== 'failed') return `${id}: ${outcome.kind}`
  const rest = outcome.differences.length - shownDifferences
  const title = reason === undefined ? `✗ ${id}` : `≠ ${id} (known: ${reason})`
  const lines = outcome.differences.slice(0, shownDifferences).map(describe)
  return [title, ...lines, ...(rest > 0 ? [`    … and ${rest} more`] : [])].join('\n')
}

function describe({ path, expected, actual }: Difference): string {
  return `    ${path}\n      recorded: ${show(expected)}\n      ours:     ${show(actual)}`
}

function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text
}
