import { UserError } from '../errors/user-error.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { RetryPromptPart, ToolCallPart, ToolReturnOutcome, ToolReturnPart } from '../messages/part.ts'
import { isToolReturn } from './function-tool.ts'

/** What a finished call adds to the conversation. */
export interface CallResult {
  readonly part: ToolReturnPart | RetryPromptPart
  /** User content that follows all results of the batch. */
  readonly content?: UserPrompt
  /** Hidden tools the result reveals. */
  readonly revealed?: readonly string[]
}

export function returnPart(
  call: ToolCallPart,
  content: unknown,
  timestamp: string,
  outcome?: ToolReturnOutcome,
): ToolReturnPart {
  const part = {
    kind: 'tool-return',
    toolName: call.toolName,
    content,
    toolCallId: call.toolCallId,
    timestamp,
  } as const
  const typed = call.toolKind === undefined ? part : { ...part, toolKind: call.toolKind }
  return outcome === undefined ? typed : { ...typed, outcome }
}

export function retryPart(call: ToolCallPart, content: RetryPromptPart['content'], timestamp: string): RetryPromptPart {
  return { kind: 'retry-prompt', content, toolName: call.toolName, toolCallId: call.toolCallId, timestamp }
}

/** Turns what a tool returned into its part of the history.
 *  @throws {UserError} a `toolReturn()` inside a list */
export function callResult(call: ToolCallPart, value: unknown, timestamp: string): CallResult {
  if (isToolReturn(value)) {
    const part = returnPart(call, value.returnValue ?? null, timestamp)
    return {
      part: value.metadata === undefined ? part : { ...part, metadata: value.metadata },
      content: value.content,
      revealed: value.tools,
    }
  }
  if (Array.isArray(value) && value.some(isToolReturn)) {
    throw new UserError(
      `Tool \`${call.toolName}\` returned a list that holds a \`toolReturn()\`. Return one \`toolReturn()\` with the list as its value.`,
    )
  }
  return { part: returnPart(call, value ?? null, timestamp) }
}
