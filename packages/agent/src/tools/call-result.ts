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

/** Turns what a tool returned into its part of the history: a copy, so that a tool that goes on working with its lists and
 *  objects does not rewrite the past.
 *  @throws {UserError} a `toolReturn()` inside a list, a value that contains itself */
export function callResult(call: ToolCallPart, value: unknown, timestamp: string): CallResult {
  if (isToolReturn(value)) {
    const part = returnPart(call, copied(call, value.returnValue), timestamp)
    return {
      part: value.metadata === undefined ? part : { ...part, metadata: value.metadata },
      content: value.content,
      revealed: value.tools,
    }
  }
  if (Array.isArray(value) && value.some(isToolReturn)) {
    throw new UserError(
      `Tool \`${call.toolName}\` returned a list that holds a \`toolReturn()\`. Return one with the list as its value.`,
    )
  }
  return { part: returnPart(call, copied(call, value), timestamp) }
}

/** Deeper values cannot be written as JSON everywhere. */
const maxDepth = 500

/** Plain objects and lists are copied; what else JSON can hold is read when it is written.
 *  @param inside the objects around the value */
function copied(call: ToolCallPart, value: unknown, inside: object[] = []): unknown {
  if (typeof value !== 'object' || value === null) return value ?? null
  if (inside.length > maxDepth || inside.includes(value)) {
    throw new UserError(
      `Tool \`${call.toolName}\` returned a value that contains itself, or is nested over ${maxDepth} deep. Return plain data.`,
    )
  }
  inside.push(value)
  const copy = Array.isArray(value) ? copiedList(call, value, inside) : copiedObject(call, value, inside)
  inside.pop()
  return copy
}

function copiedList(call: ToolCallPart, list: readonly unknown[], inside: object[]): readonly unknown[] {
  const copy = list.slice()
  for (let i = 0; i < copy.length; i += 1) if (typeof copy[i] === 'object') copy[i] = copied(call, copy[i], inside)
  return copy
}

function copiedObject(call: ToolCallPart, object: object, inside: object[]): object {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== null && prototype !== Object.prototype) return object
  const copy: Record<string, unknown> = { ...object }
  // its keys are its own already, so that even `__proto__` is a key like any other
  for (const key in copy) if (typeof copy[key] === 'object') copy[key] = copied(call, copy[key], inside)
  return copy
}
