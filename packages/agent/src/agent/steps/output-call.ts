import type { RunOutcome } from '../../capabilities/capability.ts'
import { isSignal } from '../../errors/signals.ts'
import type { AgentEvent } from '../../messages/event.ts'
import type { JsonObject, MaybePromise } from '../../util/json.ts'
import type { RetryPromptPart, ToolReturnPart } from '../../messages/part.ts'
import { unwrapToolArgs } from '../../output/envelope.ts'
import type { OutputAlternative } from '../../output/output.ts'
import { parseJsonArgs } from '../../schema/parse-json.ts'
import type { ValidationResult } from '../../schema/schema.ts'
import { retryPart, returnPart } from '../../tools/call-result.ts'
import type { CallFacts } from '../run-context.ts'
import type { Run } from '../run.ts'
import type { OutputCall } from './batch.ts'
import { throwOutputExhausted } from './output-retry.ts'
import { processOutput, refusalContent } from './process-output.ts'

/** What the model reads about calls that decided the run, or were not needed. */
export const stubs = {
  won: 'Final result processed.',
  functionNotRun: 'Tool not executed - a final result was already processed.',
  outputNotUsed: 'Output tool not used - a final result was already processed.',
  lost: 'Output tool processed, but its value will not be the final result of the agent run.',
  functionFailed: 'Output tool not used - output function execution failed.',
  invalid: 'Output tool not used - output failed validation.',
  withdrawn: 'Output not used as the final result - addressing tool retries from this round first.',
} as const

export interface OutputAttempt {
  readonly part: ToolReturnPart | RetryPromptPart
  readonly winner?: { readonly outcome: RunOutcome; readonly part: ToolReturnPart }
  /** The failure that was past the budget, where it does not end the run at once. */
  readonly exhausted?: unknown
}

interface AttemptOptions {
  /** What a failure past the budget does: end the run, or be kept until it is known whether another output won. */
  readonly pastBudget: 'throw' | 'keep'
  /** Another output has won already. */
  readonly isLoser?: boolean
}

/** The arguments as the value the alternative describes: parsed, taken out of their wrapper, checked. */
function readToolOutput(alternative: OutputAlternative, raw: unknown): MaybePromise<ValidationResult> {
  const args = parseJsonArgs(raw as string | JsonObject | null | undefined)
  if (!args.ok) return args
  const value = unwrapToolArgs(alternative, args.value)
  return value.ok ? alternative.validate(value.value) : value
}

/** Validates and processes one output call. */
export async function* tryOutputCall(
  run: Run,
  call: OutputCall,
  options: AttemptOptions,
): AsyncGenerator<AgentEvent, OutputAttempt> {
  const { definition, alternative } = call.output
  const facts = outputFacts(run, call)
  let attempt: OutputAttempt
  let argsValid = true
  try {
    const output = await processOutput(run, {
      context: {
        mode: 'tool',
        name: alternative.name,
        hasFunction: alternative.run !== undefined,
        call: call.part,
        definition,
      },
      raw: call.part.args,
      validate: raw => readToolOutput(alternative, raw),
      run: alternative.run,
      facts,
    })
    attempt = success(run, call, { output, isLoser: options.isLoser === true })
  } catch (error) {
    const content = refusalContent(error)
    if (content === undefined) throw error
    argsValid = isSignal(error)
    attempt = refuse(run, call, { error, content, options })
  }
  yield { kind: 'output-tool-call', part: call.part, argsValid }
  yield { kind: 'output-tool-result', part: attempt.part }
  return attempt
}

function success(
  run: Run,
  call: OutputCall,
  { output, isLoser }: { output: unknown; isLoser: boolean },
): OutputAttempt {
  run.toolRetries.succeed(call.part.toolName)
  if (isLoser) return { part: returnPart(call.part, stubs.lost, run.now()) }
  const part = returnPart(call.part, stubs.won, run.now())
  const outcome = { output, outputToolName: call.part.toolName, outputToolCallId: call.part.toolCallId }
  return { part, winner: { outcome, part } }
}

interface Refused {
  readonly error: unknown
  readonly content: RetryPromptPart['content']
  readonly options: AttemptOptions
}

/** A failed output counts against its tool and against the run as a whole. */
function refuse(run: Run, call: OutputCall, { error, content, options }: Refused): OutputAttempt {
  const { toolName } = call.part
  const own = call.output.maxRetries
  const max = own ?? run.config.retries.output
  const isSpent = run.toolRetries.of(toolName) >= max || (own === undefined && run.outputRetries >= max)
  if (!isSpent) {
    run.toolRetries.fail(toolName)
    run.outputRetries += 1
    return { part: retryPart(call.part, content, run.now()) }
  }
  if (options.pastBudget === 'throw') throwOutputExhausted(run, error, max)
  const stub = isSignal(error) ? stubs.functionFailed : stubs.invalid
  return { part: returnPart(call.part, stub, run.now()), exhausted: exhaustedError(run, error, max) }
}

function exhaustedError(run: Run, error: unknown, max: number): unknown {
  try {
    return throwOutputExhausted(run, error, max)
  } catch (exhausted) {
    return exhausted
  }
}

function outputFacts(run: Run, call: OutputCall): CallFacts {
  const own = call.output.maxRetries
  return {
    toolName: call.part.toolName,
    toolCallId: call.part.toolCallId,
    retry: own === undefined ? run.outputRetries : run.toolRetries.of(call.part.toolName),
    maxRetries: own ?? run.config.retries.output,
  }
}
