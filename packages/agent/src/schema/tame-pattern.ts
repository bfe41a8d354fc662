const maxLength = 300
const maxOpenEnded = 3

/** Whether a pattern written by a stranger is safe to run: it compiles, and it cannot backtrack without end.
 *  Refuses a repetition or a choice inside a repetition, back references, and many open-ended repetitions in a row.
 *  Stricter than needed on purpose: a pattern refused here is still shown to the model. */
export function isTamePattern(source: string): boolean {
  if (source.length > maxLength || !compiles(source)) return false
  const groups: Group[] = [{ varies: false }]
  let openEnded = 0
  let closed: Group | undefined
  for (const [token] of source.matchAll(tokens)) {
    const group = groups.at(-1)!
    const times = repetitionOf(token)
    if (times) {
      if (times.max > 1 && closed?.varies) return false
      if (times.max === Infinity && ++openEnded > maxOpenEnded) return false
      if (times.max !== times.min) group.varies = true
    }
    if (/^\\[1-9k]/.test(token)) return false
    closed = undefined
    if (token.startsWith('(')) groups.push({ varies: false })
    else if (token === '|') group.varies = true
    else if (token === ')') {
      closed = groups.pop()
      if (closed?.varies && groups.length > 0) groups.at(-1)!.varies = true
    }
  }
  return true
}

/** `varies`: the same group can match texts of different lengths. */
interface Group {
  varies: boolean
}

/** Escapes, character classes, group openers, repetitions, and every other character alone. */
const tokens = /\\.|\[(?:\\.|[^\]])*\]|\((?:\?(?:<?[=!]|:|<\w+>))?|\{\d+(?:,\d*)?\}\??|[*+?]\??|[^]/gsu

function repetitionOf(token: string): { readonly min: number; readonly max: number } | undefined {
  if (token.startsWith('*')) return { min: 0, max: Infinity }
  if (token.startsWith('+')) return { min: 1, max: Infinity }
  if (token.startsWith('?')) return { min: 0, max: 1 }
  const bounds = /^\{(\d+)(,?)(\d*)\}/.exec(token)
  if (!bounds) return undefined
  const min = Number(bounds[1])
  if (bounds[2] === '') return { min, max: min }
  return { min, max: bounds[3] === '' ? Infinity : Number(bounds[3]) }
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp
  } catch {
    return false
  }
}
