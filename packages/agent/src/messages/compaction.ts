import type { ModelMessage } from './message.ts'

/** The part of a history that still counts: from the latest compaction part on, which is its first part.
 *  The same array when nothing was compacted. What a run derives from its history (revealed tools, loaded capabilities)
 *  it derives from this. */
export function postCompactionWindow(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  const index = messages.findLastIndex(
    message => message.kind === 'response' && message.parts.some(part => part.kind === 'compaction'),
  )
  const response = messages[index]
  if (response?.kind !== 'response') return messages
  const at = response.parts.findLastIndex(part => part.kind === 'compaction')
  return [{ ...response, parts: response.parts.slice(at) }, ...messages.slice(index + 1)]
}
