import type { Check, Outcome } from './check.ts'

export interface Report {
  readonly check: Check
  readonly outcome: Outcome
  readonly seconds: number
}

export interface RunOptions {
  /** How many lanes may be busy at once. Default 2. */
  readonly lanes?: number
  /** Called as each check ends, in that order. */
  readonly onReport?: (report: Report) => void
}

/** Runs every check, each after the ones it names, as many at a time as the lanes allow. Reports come in the order of `checks`. */
export async function runChecks(checks: readonly Check[], options: RunOptions = {}): Promise<Report[]> {
  const { lanes = 2, onReport } = options
  const names = new Set(checks.map(check => check.name))
  const reports = new Map<string, Report>()
  const running = new Map<string, Promise<void>>()
  const waiting = new Set(checks)
  let freeLanes = lanes

  const isReady = (check: Check) => (check.after ?? []).every(name => reports.has(name) || !names.has(name))
  const start = (check: Check) => {
    const width = Math.min(check.lanes ?? 1, lanes)
    waiting.delete(check)
    freeLanes -= width
    const ended = report(check).then(result => {
      freeLanes += width
      running.delete(check.name)
      reports.set(check.name, result)
      onReport?.(result)
    })
    running.set(check.name, ended)
  }

  while (reports.size < checks.length) {
    for (const check of waiting) {
      if (isReady(check) && Math.min(check.lanes ?? 1, lanes) <= freeLanes) start(check)
    }
    if (running.size === 0)
      throw new Error(`These checks wait for each other: ${[...waiting].map(c => c.name).join(', ')}`)
    await Promise.race(running.values())
  }
  return checks.flatMap(check => reports.get(check.name) ?? [])
}

async function report(check: Check): Promise<Report> {
  const started = performance.now()
  // started in a promise, so that a check that throws before it returns one is a failed check too
  const ran = Promise.resolve().then(() => check.run())
  const outcome = await ran.catch((error: unknown): Outcome => {
    return { passed: 0, failed: 1, details: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  })
  return { check, outcome, seconds: (performance.now() - started) / 1000 }
}
