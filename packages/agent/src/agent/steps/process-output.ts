import { runAround } from '../../capabilities/around.ts'
import type { OutputContext } from '../../capabilities/capability.ts'
import { hooksAround, noHooks } from '../../capabilities/hook-chains.ts'
import { isSignal } from '../../errors/signals.ts'
import { ValidationError } from '../../schema/validation-error.ts'
import type { ValidationResult } from '../../schema/schema.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { CallFacts } from '../run-context.ts'
import type { Run } from '../run.ts'

/** An output before it is checked. */
export interface OutputCandidate {
  readonly context: OutputContext
  /** As the model sent it: JSON text, arguments, plain text, an image, null. */
  readonly raw: unknown
  /** Parses and checks `raw`; absent where there is no schema. */
  readonly validate?: (raw: unknown) => MaybePromise<ValidationResult>
  /** The output function. */
  readonly run?: (value: never, ctx: never) => unknown
  /** Of the output tool call it came from. */
  readonly facts?: CallFacts
}

/** Takes a candidate through its schema, its function and the agent's validators, each inside its hooks.
 *  @throws {ValidationError} it does not fit its schema · {ModelRetry} a function, validator or hook refused it */
export function processOutput(run: Run, candidate: OutputCandidate): MaybePromise<unknown> {
  const { validate, raw } = candidate
  if (validate === undefined) return processed(run, candidate, raw)
  return validated(run, candidate, validate).then(value => processed(run, candidate, value))
}

/** The schema part alone: whether a text would do as output. */
async function validated(
  run: Run,
  candidate: OutputCandidate,
  validate: NonNullable<OutputCandidate['validate']>,
): Promise<unknown> {
  const check = async (raw: unknown) => {
    const result = await validate(raw)
    if (!result.ok) throw new ValidationError(result.issues)
    return result.value
  }
  const hooks = hooksAround(
    run.hooks,
    'OutputValidate',
    { context: () => run.context(candidate.facts) },
    candidate.context,
  )
  return hooks === undefined ? check(candidate.raw) : runAround(hooks, candidate.raw, check)
}

function processed(run: Run, candidate: OutputCandidate, value: unknown): MaybePromise<unknown> {
  if (isFinal(run, candidate)) return value
  const ctx = run.context(candidate.facts)
  const work = async (input: unknown) => {
    // the value passed the schema the function was written for, and deps were checked where the agent was made
    let output = candidate.run === undefined ? input : await candidate.run(input as never, ctx as never)
    for (const validator of run.config.outputValidators) {
      const changed = await validator(output as never, ctx)
      if (changed !== undefined) output = changed
    }
    return output
  }
  const hooks = hooksAround(run.hooks, 'OutputProcess', { context: () => ctx }, candidate.context)
  if (hooks === undefined) return work(value)
  return runAround(hooks, value, work, { isSignal: error => isSignal(error, 'model-retry') })
}

/** Nobody has anything to do with the value: no hook, no function, no validator. */
function isFinal(run: Run, candidate: OutputCandidate): boolean {
  return run.hooks === noHooks && candidate.run === undefined && run.config.outputValidators.length === 0
}

/** What the model is told of a refused output; `undefined` for an error that is not about the output. */
export function refusalContent(error: unknown): string | ValidationError['issues'] | undefined {
  if (error instanceof ValidationError) return error.issues
  return isSignal(error, 'model-retry') ? error.message : undefined
}
