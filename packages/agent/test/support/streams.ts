import { FunctionModel, type StreamPiece } from '../../src/testing/index.ts'

/** A model that streams these pieces, response after response. */
export function streaming(...responses: readonly (readonly StreamPiece[])[]): FunctionModel {
  let next = 0
  return new FunctionModel({
    modelName: 'streaming',
    streamFunction: async function* () {
      const pieces = responses[next]
      next += 1
      if (pieces === undefined) throw new Error(`request ${next} was not expected`)
      yield* pieces
    },
  })
}

/** A streamed call of a tool, its arguments cut into pieces of a length. */
export function toolCall(name: string, args: unknown, { id = `call-${name}`, size = 5 } = {}): readonly StreamPiece[] {
  const json = typeof args === 'string' ? args : JSON.stringify(args)
  const pieces = Array.from({ length: Math.ceil(json.length / size) }, (_, n) => json.slice(n * size, (n + 1) * size))
  return [{ 0: { name, toolCallId: id } }, ...pieces.map(piece => ({ 0: { args: piece } }))]
}
