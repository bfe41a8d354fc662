import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import type { RetryPromptPart } from '../../messages/part.ts'
import { retryPart } from '../../tools/call-result.ts'
import type { Run } from '../run.ts'
import type { BatchResults, FunctionCall, UnknownCall } from './batch.ts'
import { reason, throwIfTruncated } from './output-retry.ts'

/** Under which calls of unknown tools are counted. */
export const unknownKey = 'unknown'

interface Refusal {
  readonly content: RetryPromptPart['content']
  readonly cause: unknown
  readonly batch: BatchResults
}

/** @throws {UnexpectedModelBehavior} the tool's budget is used up */
export function askAgain(run: Run, call: FunctionCall, { content, cause, batch }: Refusal): RetryPromptPart {
  const { toolName } = call.part
  const max = call.tool.maxRetries ?? run.config.retries.tools
  if (run.toolRetries.of(toolName) >= max) throwExhausted(run, toolName, { max, cause })
  run.toolRetries.fail(toolName)
  batch.retryAsked = true
  return retryPart(call.part, content, run.now())
}

function throwExhausted(run: Run, toolName: string, { max, cause }: { max: number; cause: unknown }): never {
  throwIfTruncated(run, cause)
  throw new UnexpectedModelBehavior(
    `Tool \`${toolName}\` exceeded its maximum of ${max} ${max === 1 ? 'retry' : 'retries'}: ${reason(cause)} ` +
      'Raise `maxRetries` of the tool or `retries.tools` if the model should get more attempts.',
    { cause },
  )
}

/** All unknown names share one budget, so that a model that invents names is stopped. */
export function refuseUnknown(run: Run, call: UnknownCall): RetryPromptPart {
  const message = call.isHidden ? hiddenToolMessage(call) : unknownToolMessage(run, call)
  if (call.isHidden && !run.refusedHiddenTools.has(call.part.toolName)) {
    run.refusedHiddenTools.add(call.part.toolName)
    return retryPart(call.part, message, run.now())
  }
  const max = run.config.retries.tools
  if (run.unknownTools.of(unknownKey) >= max) {
    throwExhausted(run, call.part.toolName, { max, cause: new UnexpectedModelBehavior(message) })
  }
  run.unknownTools.fail(unknownKey)
  return retryPart(call.part, message, run.now())
}

function hiddenToolMessage({ part }: UnknownCall): string {
  return `The tool '${part.toolName}' is not available yet: search for it first.`
}

function unknownToolMessage(run: Run, { part }: UnknownCall): string {
  const all = [...run.tools.keys(), ...run.outputTools.keys()]
  const names = all.filter(name => !run.hiddenToolNames.has(name)).sort()
  const none = all.length === 0 ? 'No tools available.' : 'No tools are available yet: search for the tools you need.'
  const offered = names.length === 0 ? none : `Available tools: ${names.map(name => `'${name}'`).join(', ')}`
  return `Unknown tool name: '${part.toolName}'. ${offered}`
}
