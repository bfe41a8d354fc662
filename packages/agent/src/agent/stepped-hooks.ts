import type { RunOutcome } from '../capabilities/capability.ts'
import type { Run } from './run.ts'
import { withinRunHooks } from './loop.ts'

interface Settle {
  resolve(outcome: RunOutcome): void
  reject(error: unknown): void
}

/** The hooks around a run that is driven from outside: they wrap a promise that its last step settles. */
export class SteppedHooks {
  /** What the hooks make of the run. */
  readonly outcome: Promise<RunOutcome>
  readonly #settle: Settle
  readonly #entered: Promise<void>

  constructor(run: Run) {
    let settle!: Settle
    const steps = new Promise<RunOutcome>((resolve, reject) => (settle = { resolve, reject }))
    this.#settle = settle
    // a run that is left before its hooks asked for its steps tells nobody
    steps.catch(() => {})
    let entered!: () => void
    this.#entered = new Promise(resolve => (entered = resolve))
    this.outcome = withinRunHooks(run, () => {
      entered()
      return steps
    })
    this.outcome.catch(() => {})
  }

  /** Waits until the hooks want the run to begin; returns an outcome when one of them has given it instead.
   *  @throws what a hook throws before the run */
  async enter(): Promise<RunOutcome | undefined> {
    return Promise.race([this.#entered.then(() => undefined), this.outcome])
  }

  /** The last step ended the run: the hooks have the last word. */
  end(outcome: RunOutcome): Promise<RunOutcome> {
    this.#settle.resolve(outcome)
    return this.outcome
  }

  /** A step failed: the hooks may recover.
   *  @throws the error, or what a hook makes of it */
  fail(error: unknown): Promise<RunOutcome> {
    this.#settle.reject(error)
    return this.outcome
  }
}
