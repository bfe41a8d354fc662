/** A check: one rule of the project, decided by a program. All of them stand in `registry.ts`. */
export interface Check {
  /** How the table, `npm test -- <name>` and other checks call it. */
  readonly name: string
  /** What holds when it passes, in one line. */
  readonly about: string
  /** Checks whose files this one reads. They finish first; this one runs however they ended. */
  readonly after?: readonly string[]
  /** How many of the two lanes it takes: 2 for one that keeps two cores busy by itself. Default 1. */
  readonly lanes?: 1 | 2
  run(): Promise<Outcome>
}

export interface Outcome {
  /** Counted in the closing line: 1 and 0 for a rule that held; the tests that passed and failed for a test run. */
  readonly passed: number
  readonly failed: number
  /** What is wrong and where, ready to print; empty when there is nothing to say. Printed when something failed. */
  readonly details: string
  /** A few words for the table, such as the sizes measured. */
  readonly note?: string
}

/** The outcome of a rule that lists what breaks it. */
export function outcomeOf(problems: readonly string[], note?: string): Outcome {
  const failed = problems.length > 0 ? 1 : 0
  return { passed: 1 - failed, failed, details: problems.join('\n'), note }
}
