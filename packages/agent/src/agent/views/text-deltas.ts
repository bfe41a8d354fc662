import type { AgentEvent } from '../../messages/event.ts'

/** The text of all responses, piece by piece. Texts with other parts or another response between them are set apart. */
export async function* textDeltas(events: AsyncIterable<AgentEvent>): AsyncGenerator<string, void> {
  let written = false
  let interrupted = false
  for await (const event of events) {
    const piece = pieceOf(event)
    if (piece === undefined) {
      interrupted ||= event.kind === 'part-start'
      continue
    }
    if (piece === '') continue
    yield written && interrupted ? `\n\n${piece}` : piece
    written = true
    interrupted = false
  }
}

function pieceOf(event: AgentEvent): string | undefined {
  if (event.kind === 'part-start' && event.part.kind === 'text') return event.part.content
  if (event.kind === 'part-delta' && event.delta.kind === 'text') return event.delta.contentDelta
  return undefined
}
