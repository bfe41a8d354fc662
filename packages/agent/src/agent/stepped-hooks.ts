import type { RunOutcome } from '../capabilities/capability.ts'
import { withinRunHooks } from './loop.ts'
import type { Run } from './run.ts'

/** The hooks around a run that is driven from outside. */
export interface SteppedHooks {
  /** Settles when the hooks want the run to begin, or with the outcome a hook gives instead.
   *  Rejects with what a hook throws before the run. */
  readonly entered: Promise<RunOutcome | undefined>
  /** How the last step ended, or failed; resolves with what the hooks make of it. Rejects with what they cannot mend. */
  finish(end: RunOutcome | Promise<RunOutcome>): Promise<RunOutcome>
}

/** Enters the hooks of a run. They wrap a promise that its last step settles. */
export function enterRunHooks(run: Run): SteppedHooks {
  let settle!: (end: RunOutcome | Promise<RunOutcome>) => void
  const steps = new Promise<RunOutcome>(resolve => (settle = resolve))
  let enter!: (outcome?: undefined) => void
  const entered = new Promise<undefined>(resolve => (enter = resolve))
  const outcome = withinRunHooks(run, () => {
    enter()
    return steps
  })
  // a run that is left tells nobody
  for (const promise of [steps, outcome]) promise.catch(() => {})
  return {
    entered: Promise.race([entered, outcome]),
    finish(end) {
      settle(end)
      // nobody else hears of a failure behind the end
      Promise.resolve(end).catch(() => {})
      return outcome
    },
  }
}
