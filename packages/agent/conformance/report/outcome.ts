import type { Difference } from '../compare/compare.ts'

/** How one recorded case went. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly differences: readonly Difference[] }
  /** Needs something that does not exist here yet: a provider, a class, a method. */
  | { readonly kind: 'not-supported'; readonly reason: string }

export interface CaseResult {
  /** Provider name, or `scenarios/<group>`. */
  readonly row: string
  /** `<provider>/<case>` or `scenarios/<name>`. */
  readonly id: string
  readonly outcome: Outcome
}

/** Something a recorded case needs and we do not have. */
export class NotSupported extends Error {}

export const passed: Outcome = { kind: 'passed' }

/** One outcome for a case of several checks: any failure decides, then anything not supported. */
export function combine(outcomes: readonly Outcome[]): Outcome {
  const differences = outcomes.flatMap(outcome => (outcome.kind === 'failed' ? outcome.differences : []))
  if (differences.length > 0) return { kind: 'failed', differences }
  return outcomes.find(outcome => outcome.kind === 'not-supported') ?? passed
}

function fromDifferences(differences: readonly Difference[]): Outcome {
  return differences.length === 0 ? passed : { kind: 'failed', differences }
}

/** Runs a check; what it throws becomes its outcome. */
export async function attempt(check: () => Promise<readonly Difference[]>): Promise<Outcome> {
  try {
    return fromDifferences(await check())
  } catch (error) {
    if (error instanceof NotSupported) return { kind: 'not-supported', reason: error.message }
    const actual = error instanceof Error ? (error.stack ?? error.message) : error
    return { kind: 'failed', differences: [{ path: '(thrown)', expected: 'no error', actual }] }
  }
}
