import type { View } from './view.ts'

/** The text of all responses, piece by piece. The texts of two responses are set apart by a blank line. */
export function textDeltas(): View<string> {
  let written = false
  let isNewResponse = false
  return ({ value: event }) => {
    let piece = ''
    if (event.kind === 'part-delta') {
      if (event.delta.kind === 'text') piece = event.delta.contentDelta
    } else if (event.kind === 'part-start') {
      if (event.index === 0) isNewResponse = true
      if (event.part.kind === 'text') piece = event.part.content
    }
    if (piece === '') return undefined
    const value = written && isNewResponse ? `\n\n${piece}` : piece
    written = true
    isNewResponse = false
    return { done: false, value }
  }
}
