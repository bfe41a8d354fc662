import type { DeepPartial } from '../../output/output-spec.ts'
import { IncrementalJson, JsonSyntaxError } from '../../util/incremental-json.ts'
import type { JsonValue } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { outputPieces } from './output-json.ts'
import type { View } from './view.ts'

/** The output while it is written. Reading costs what has newly come, however large the output is. */
export function outputPartials<TOutput>(run: Run): View<DeepPartial<TOutput>, TOutput> {
  const pieceOf = outputPieces(run)
  let json = new IncrementalJson({ fenced: true })
  return ({ value: event }) => {
    // the whole is one of its own partial forms
    if (event.kind === 'agent-run-result') return { done: false, value: event.output as DeepPartial<TOutput> }
    const piece = pieceOf(event)
    if (piece === undefined) return undefined
    if (piece.isStart) json = new IncrementalJson({ fenced: true })
    if (piece.json === '' || !push(json, piece.json)) return undefined
    const partial = at(json.partial(), piece.path)
    // nothing has been validated yet: the type says what may be there
    return partial === undefined ? undefined : { done: false, value: partial as DeepPartial<TOutput> }
  }
}

/** Text that is no JSON has no partial form; the run itself will refuse it. */
function push(json: IncrementalJson, text: string): boolean {
  try {
    json.push(text)
    return true
  } catch (error) {
    if (error instanceof JsonSyntaxError) return false
    throw error
  }
}

function at(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || Array.isArray(current) || !Object.hasOwn(current, key))
      return undefined
    current = (current as Readonly<Record<string, JsonValue>>)[key]
  }
  return current
}
