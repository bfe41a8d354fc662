import type { ModelMessage } from '../messages/message.ts'
import type { InstructionPart } from '../messages/part.ts'
import type { ModelRequestParameters } from './model.ts'

/** The instructions of a call: those of its parameters, else the text the last request carries. A request that only answers
 *  tool calls may have none of its own; then those of the request before it hold. */
export function instructionPartsOf(
  parameters: ModelRequestParameters,
  messages: readonly ModelMessage[],
): readonly InstructionPart[] {
  if (parameters.instructionParts !== undefined) return parameters.instructionParts
  const text = standingInstructions(messages)
  return text === undefined || text === '' ? none : [{ content: text, dynamic: false }]
}

const none: readonly InstructionPart[] = []

function standingInstructions(messages: readonly ModelMessage[]): string | undefined {
  let answersToolsOnly = false
  for (let i = messages.length - 1; i >= 0; i -= 1) {
    const message = messages[i]!
    if (message.kind !== 'request') continue
    if (message.instructions !== undefined) return message.instructions
    if (answersToolsOnly) return undefined
    answersToolsOnly = message.parts.every(part => part.kind === 'tool-return' || part.kind === 'retry-prompt')
    if (!answersToolsOnly) return undefined
  }
  return undefined
}

/** As sent where a provider takes one text: parts separated by a blank line. `undefined`: there are none. */
export function joinInstructions(parts: readonly InstructionPart[] | undefined): string | undefined {
  if (parts === undefined || parts.length === 0) return undefined
  return parts.map(part => part.content).join('\n\n')
}
