import { IncompleteToolCall, UnexpectedModelBehavior } from '../../errors/run-error.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { parseJsonArgs } from '../../schema/parse-json.ts'
import type { Run } from '../run.ts'

/** Takes one retry from the run's output budget.
 *  @throws {IncompleteToolCall} the budget is used up and the last answer was cut within a tool call
 *  @throws {UnexpectedModelBehavior} the budget is used up */
export function consumeOutputRetry(run: Run, cause: unknown, max: number = run.config.retries.output): void {
  run.outputRetries += 1
  if (run.outputRetries <= max) return
  throwOutputExhausted(run, cause, max)
}

export function throwOutputExhausted(run: Run, cause: unknown, max: number): never {
  throwIfTruncated(run, cause)
  throw new UnexpectedModelBehavior(
    `Exceeded maximum output retries (${max}): ${reason(cause)} Raise \`retries.output\` if the model should get more attempts.`,
    { cause },
  )
}

/** A call cut at the token limit cannot be corrected by trying again: say so instead. */
export function throwIfTruncated(run: Run, cause: unknown): void {
  const last = run.messages.findLast((message): message is ModelResponse => message.kind === 'response')
  if (last?.finishReason !== 'length') return
  const call = last.parts.at(-1)
  if (call?.kind !== 'tool-call' || typeof call.args !== 'string' || parseJsonArgs(call.args).ok) return
  const { maxTokens } = run.modelSettings
  throw new IncompleteToolCall(
    `The model reached its token limit (${maxTokens ?? 'the provider default'}) while it wrote the arguments of \`${call.toolName}\`. ` +
      'Raise `maxTokens`, or ask for less in one call.',
    { cause },
  )
}

/** The message of an error as a sentence. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? `${cause.message.replace(/[.!]?$/, '.')}` : ''
}
