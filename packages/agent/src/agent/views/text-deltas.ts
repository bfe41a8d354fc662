import type { AgentEvent } from '../../messages/event.ts'

/** The text of all responses, piece by piece. The texts of two responses are set apart by a blank line. */
export async function* textDeltas(events: AsyncIterable<AgentEvent>): AsyncGenerator<string, void> {
  let written = false
  let isNewResponse = false
  for await (const event of events) {
    if (event.kind === 'part-start' && event.index === 0) isNewResponse = true
    const piece = pieceOf(event)
    if (piece === undefined || piece === '') continue
    yield written && isNewResponse ? `\n\n${piece}` : piece
    written = true
    isNewResponse = false
  }
}

function pieceOf(event: AgentEvent): string | undefined {
  if (event.kind === 'part-start' && event.part.kind === 'text') return event.part.content
  if (event.kind === 'part-delta' && event.delta.kind === 'text') return event.delta.contentDelta
  return undefined
}
