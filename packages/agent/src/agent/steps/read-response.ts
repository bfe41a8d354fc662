import type { BinaryContent } from '../../messages/content.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { ToolCallPart } from '../../messages/part.ts'

/** What a response holds, seen by a run that looks for its output. */
export interface ResponseContent {
  /** Text after the last call of a provider-run tool; a compaction's text when there is nothing else. */
  readonly text: string
  readonly calls: readonly ToolCallPart[]
  readonly files: readonly BinaryContent[]
  /** Nothing but thinking, or nothing at all. */
  readonly isEmpty: boolean
  readonly isThinkingOnly: boolean
}

export function readResponse(response: ModelResponse): ResponseContent {
  let text = ''
  let compaction = ''
  let thinking = false
  let other = false
  const calls: ToolCallPart[] = []
  const files: BinaryContent[] = []
  for (const part of response.parts) {
    if (part.kind === 'text') text += part.content
    else if (part.kind === 'tool-call') calls.push(part)
    else if (part.kind === 'thinking') thinking = true
    else if (part.kind === 'file') files.push(part.content)
    else if (part.kind === 'speech') text += part.transcript ?? ''
    else if (part.kind === 'compaction') compaction += part.content ?? ''
    else {
      // what was said before a provider-run tool answered is not the answer
      if (part.kind === 'builtin-tool-call') text = ''
      other = true
    }
  }
  if (text === '' && calls.length === 0 && files.length === 0) text = compaction
  const isEmpty = text === '' && calls.length === 0 && files.length === 0 && !other
  return { text, calls, files, isEmpty, isThinkingOnly: isEmpty && thinking }
}
