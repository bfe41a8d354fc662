/** Ids that differ from run to run: each recorded name stands for one actual value, and no two for the same.
 *  One instance spans everything that shares ids (a case, a scenario). */
export class Bindings {
  readonly #actualOf = new Map<string, string>()
  readonly #tokenOf = new Map<string, string>()

  /** `false` when the token already stands for something else, or the value for another token. */
  bind(token: string, actual: string): boolean {
    const known = this.#actualOf.get(token)
    if (known !== undefined) return known === actual
    if (this.#tokenOf.has(actual)) return false
    this.#actualOf.set(token, actual)
    this.#tokenOf.set(actual, token)
    return true
  }
}

const tokenPattern =
  /<(?:run_id|conversation_id|run|conversation|id)-\d+>|<now>|pyd_ai_0{20,}\d+|pyd_ai_tool_call_id__\w+/g
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/

export function isTimestamp(value: unknown): boolean {
  return typeof value === 'string' && timestampPattern.test(value)
}

/** Whether the text is the recorded one once its tokens stand for actual ids and times. */
export function matchesTokens(expected: string, actual: string, bindings: Bindings): boolean {
  const tokens = expected.match(tokenPattern)
  if (tokens === null) return expected === actual
  const literals = expected.split(tokenPattern).map(escapeRegExp)
  const found = new RegExp(`^${literals.join('([^"\\\\]+?)')}$`, 's').exec(actual)
  return found !== null && tokens.every((token, index) => matchesToken(token, found[index + 1] ?? '', bindings))
}

function matchesToken(token: string, actual: string, bindings: Bindings): boolean {
  return token === '<now>' ? isTimestamp(actual) : bindings.bind(token, actual)
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
