import type { ModelResponse } from './message.ts'
import type { Part, RetryPromptPart, ToolCallPart, ToolReturnPart } from './part.ts'

/** What the model reads where a call was never answered. */
export const interruptedToolReturnContent = 'The tool call was interrupted before a result was produced.'

/** Key in `metadata` of tool returns that a repair made up. */
const synthesizedToolReturnKey = 'pydantic_ai_synthesized_tool_return'

/** A part that answers a tool call. A retry prompt without a tool name is feedback on a whole response and answers none. */
export type ToolResultPart = ToolReturnPart | RetryPromptPart

export function isToolResult(part: Part): part is ToolResultPart {
  return part.kind === 'tool-return' || (part.kind === 'retry-prompt' && part.toolName !== undefined)
}

/** The answer to a call that never got one. The same call always gets the same answer, so that prompt caches hold. */
export function synthesizeToolReturn(call: ToolCallPart, response: ModelResponse): ToolReturnPart {
  return {
    kind: 'tool-return',
    toolName: call.toolName,
    content: interruptedToolReturnContent,
    toolCallId: call.toolCallId,
    metadata: { [synthesizedToolReturnKey]: true },
    timestamp: response.timestamp,
    outcome: 'interrupted',
  }
}

/** Whether a repair made this part up. */
export function isSynthesizedToolReturn(part: Part): boolean {
  if (part.kind !== 'tool-return') return false
  const { metadata } = part
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    Object.hasOwn(metadata, synthesizedToolReturnKey) &&
    (metadata as Record<string, unknown>)[synthesizedToolReturnKey] === true
  )
}
