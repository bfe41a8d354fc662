import { compare, type CompareOptions } from './compare.ts'

/** Whether two texts are the same once the JSON in them is: the whole text, or objects inside a sentence
 *  (a prompt that quotes a schema). */
export function sameEmbeddedJson(expected: string, actual: string, options: CompareOptions): boolean {
  const [here, there] = [splitJson(expected), splitJson(actual)]
  if (!here.some(piece => piece.json !== undefined) || here.length !== there.length) return false
  return here.every((piece, index) => {
    const other = there[index]
    if (other === undefined) return false
    if (piece.json === undefined) return other.json === undefined && piece.text === other.text
    return other.json !== undefined && compare(piece.json, other.json, options).length === 0
  })
}

interface Piece {
  readonly text: string
  readonly json?: unknown
}

/** Cuts a text into JSON documents and what stands between them. */
function splitJson(text: string): Piece[] {
  const whole = parse(text)
  if (whole !== undefined) return [{ text, json: whole }]
  const pieces: Piece[] = []
  let start = 0
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at)) {
    const end = closingBrace(text, at)
    const json = end === -1 ? undefined : parse(text.slice(at, end))
    if (json === undefined) {
      at += 1
      continue
    }
    pieces.push({ text: text.slice(start, at) }, { text: text.slice(at, end), json })
    at = start = end
  }
  pieces.push({ text: text.slice(start) })
  return pieces
}

function closingBrace(text: string, start: number): number {
  let depth = 0
  let quoted = false
  for (let at = start; at < text.length; at += 1) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at += 1
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{') depth += 1
    else if (char === '}' && (depth -= 1) === 0) return at + 1
  }
  return -1
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
