import { readFileSync } from 'node:fs'
import type { CaseResult } from './outcome.ts'

/** A case in which we differ on purpose. */
export interface KnownDifference {
  /** Case id; `*` stands for any text. */
  readonly case: string
  readonly reason: string
}

export class KnownDifferences {
  readonly #entries: readonly { readonly entry: KnownDifference; readonly pattern: RegExp }[]

  constructor(entries: readonly KnownDifference[]) {
    this.#entries = entries.map(entry => ({ entry, pattern: globPattern(entry.case) }))
  }

  static read(file: URL): KnownDifferences {
    return new KnownDifferences(JSON.parse(readFileSync(file, 'utf8')) as KnownDifference[])
  }

  reasonFor(id: string): string | undefined {
    return this.#entries.find(({ pattern }) => pattern.test(id))?.entry.reason
  }

  /** Entries whose cases were all run and all pass: they say what is no longer true. */
  stale(results: readonly CaseResult[]): KnownDifference[] {
    return this.#entries.flatMap(({ entry, pattern }) => {
      const matching = results.filter(result => pattern.test(result.id))
      return matching.length > 0 && matching.every(result => result.outcome.kind === 'passed') ? [entry] : []
    })
  }
}

function globPattern(glob: string): RegExp {
  const literals = glob.split('*').map(text => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literals.join('.*')}$`)
}
