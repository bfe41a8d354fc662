import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { MaybePromise } from '../util/json.ts'

/** Finds tools: gets what the model asked for and all hidden tools, returns names, best first. */
export type SearchFunction<in TDeps = unknown> = (
  ctx: RunContext<TDeps>,
  queries: readonly string[],
  tools: readonly ToolDefinition[],
) => MaybePromise<readonly string[]>

/** Finds tools whose name or description holds words of the queries; a word of the name counts more than one of the
 *  description, a whole word more than a beginning. Tools that match nothing are left out; ties keep their order. */
export const keywordSearch: SearchFunction = (_ctx, queries, tools) => {
  const wanted = [...new Set(queries.flatMap(wordsOf))]
  return tools
    .map((tool, index) => ({ name: tool.name, index, score: scoreOf(indexOf(tool), wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .map(({ name }) => name)
}

interface ToolWords {
  readonly name: ReadonlySet<string>
  readonly description: ReadonlySet<string>
}

const indexes = new WeakMap<ToolDefinition, ToolWords>()

function indexOf(tool: ToolDefinition): ToolWords {
  let words = indexes.get(tool)
  if (words === undefined) {
    words = { name: new Set(wordsOf(tool.name)), description: new Set(wordsOf(tool.description ?? '')) }
    indexes.set(tool, words)
  }
  return words
}

function scoreOf({ name, description }: ToolWords, wanted: readonly string[]): number {
  return wanted.reduce((sum, word) => sum + 3 * matchOf(word, name) + matchOf(word, description), 0)
}

/** 2 for the word itself, 1 for a word that begins with it or that it begins with ("refunds" and "refund"), else 0. */
function matchOf(word: string, words: ReadonlySet<string>): number {
  if (words.has(word)) return 2
  if (word.length < 3) return 0
  for (const other of words) {
    if (other.length >= 3 && (other.startsWith(word) || word.startsWith(other))) return 1
  }
  return 0
}

/** `getUserHTTPName` and `get_user_http_name` have the same words. */
function wordsOf(text: string): readonly string[] {
  const spaced = text.replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
  return spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}
