/** Entries consumed one per call; the last repeats. */
export class ScriptCursor<T> {
  readonly #entries: readonly T[]
  #next = 0

  constructor(entries: readonly T[]) {
    this.#entries = entries
  }

  take(): T | undefined {
    const entry = this.#entries[Math.min(this.#next, this.#entries.length - 1)]
    this.#next += 1
    return entry
  }
}
