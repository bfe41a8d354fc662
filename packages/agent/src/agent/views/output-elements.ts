import type { AgentEvent } from '../../messages/event.ts'
import { IncrementalJson, JsonSyntaxError, type JsonPath } from '../../util/incremental-json.ts'
import type { JsonValue } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { outputPieces } from './output-json.ts'

/** The elements of a list output, each when the model has written all of it. After a refused attempt they come again. */
export async function* outputElements<E>(events: AsyncIterable<AgentEvent>, run: Run): AsyncGenerator<E, void> {
  const pieceOf = outputPieces(run)
  const ready: JsonValue[] = []
  let path: readonly string[] = []
  const parser = () =>
    new IncrementalJson({
      fenced: true,
      value: (at, value) => {
        if (isElement(at, path)) ready.push(value)
      },
    })
  let json = parser()
  for await (const event of events) {
    const piece = pieceOf(event)
    if (piece === undefined) continue
    if (piece.isStart) json = parser()
    path = piece.path
    try {
      json.push(piece.json)
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
    }
    // validated together with the list, at the end of the run
    while (ready.length > 0) yield ready.shift() as E
  }
}

function isElement(at: JsonPath, path: readonly string[]): boolean {
  return at.length === path.length + 1 && typeof at.at(-1) === 'number' && path.every((key, index) => at[index] === key)
}
