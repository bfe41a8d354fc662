import type { Passage } from './passages.ts'

/** One sentence that answers a question, verbatim. */
export interface Quote extends Passage {
  /** weight of the question's words in this sentence */
  score: number
}

const stopWords = new Set(
  'a an and are as at be by can could do does for from has have how i if in into is it its me my of on or our should so that the their them then there these they this to us use using was we what when where which who why will with would you your'.split(
    ' ',
  ),
)

/** The words that matter, without common endings, so that `streaming` meets `stream`. */
export function words(text: string): string[] {
  const all = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return all.filter(word => !stopWords.has(word)).map(stem)
}

function stem(word: string): string {
  if (word.length <= 4) return word.replace(/s$/, '')
  return word.replace(/(?:ations?|ings?|ied|ies|ed|es|s|e)$/, '')
}

/** Sentences of a Markdown or plain text; code, tables and headings are not sentences. */
export function sentences(text: string): string[] {
  const prose = text.replace(/```[^]*?(?:```|$)/g, '\n\n')
  const blocks = prose.split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.|#+|\|)\s)/)
  return blocks
    .map(block => block.replace(/\s+/g, ' ').trim())
    .filter(block => !/^(?:#|\||<)/.test(block))
    .map(block => block.replace(/^(?:[-*+]|\d+\.|>)\s+/, ''))
    .flatMap(block => block.split(/(?<=[.!?])\s+(?=[\p{Lu}\p{N}`"“])/u))
    .filter(sentence => /\p{L}/u.test(sentence))
}

export interface BestQuotes {
  quotes: Quote[]
  /** share of the question's words found in the quotes, 0 to 1 */
  overlap: number
}

/** The sentences with most of the question's words; rare words count more. Ties keep the order of the passages.
 *  @param limit default 3 */
export function bestQuotes(question: string, passages: readonly Passage[], limit = 3): BestQuotes {
  const asked = new Set(words(question))
  const seen = new Set<string>()
  const all = passages.flatMap(passage =>
    sentences(passage.text).map(text => ({ ...passage, text, has: new Set(words(text)), around: titleWords(passage) })),
  )
  const frequency = new Map<string, number>()
  for (const { has } of all) for (const word of has) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const weight = (word: string) => Math.log(1 + all.length / (frequency.get(word) ?? all.length))
  const scored = all
    .map(({ has, around, ...passage }) => ({ ...passage, has, score: scoreOf(asked, { has, around, weight }) }))
    .filter(({ text, score }) => score > 0 && !seen.has(text) && seen.add(text))
  scored.sort((a, b) => b.score - a.score)
  // a much weaker sentence adds nothing to a strong one
  const chosen = scored.slice(0, limit).filter(({ score }) => score >= (scored[0]?.score ?? 0) / 2)
  const found = [...asked].filter(word => chosen.some(({ has }) => has.has(word)))
  return { quotes: chosen.map(({ has: _has, ...quote }) => quote), overlap: asked.size ? found.length / asked.size : 0 }
}

const titleWords = ({ title, source }: Passage): Set<string> => new Set(words(`${title ?? ''} ${source}`))

interface Weighed {
  has: Set<string>
  around: Set<string>
  weight: (word: string) => number
}

/** Words in the sentence count fully, words only in its title or path a third; long sentences count a little less. */
function scoreOf(asked: ReadonlySet<string>, { has, around, weight }: Weighed): number {
  let inside = 0
  let outside = 0
  for (const word of asked) {
    if (has.has(word)) inside += weight(word)
    else if (around.has(word)) outside += weight(word) / 3
  }
  return inside === 0 ? 0 : (inside + outside) / Math.sqrt(Math.max(1, has.size / 12))
}
