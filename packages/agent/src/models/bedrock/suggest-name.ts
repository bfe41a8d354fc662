import { LatestBedrockModelNames } from './names.ts'

/** The known name that a mistyped one probably means; `undefined` when none is near. */
export function suggestModelName(name: string): string | undefined {
  let best: string | undefined
  let least = Math.floor(name.length / 8) + 1
  for (const known of LatestBedrockModelNames) {
    if (known === name || Math.abs(known.length - name.length) >= least) continue
    const distance = editDistance(name, known)
    if (distance < least) [best, least] = [known, distance]
  }
  return best
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, substitution))
    }
    previous = row
  }
  return previous[b.length]!
}
