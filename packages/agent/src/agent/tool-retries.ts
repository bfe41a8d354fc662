/** Counts of failed attempts by tool name. Calls of one step see the same count, however many of them fail:
 *  a step's failures and successes take effect when the next step begins. */
export class ToolRetries {
  readonly counts = new Map<string, number>()
  readonly #failed = new Set<string>()
  readonly #succeeded = new Set<string>()

  of(name: string): number {
    return this.counts.get(name) ?? 0
  }

  fail(name: string): void {
    this.#failed.add(name)
  }

  succeed(name: string): void {
    this.#succeeded.add(name)
  }

  /** A success clears a tool's count, unless the same tool also failed in that step. */
  nextStep(): void {
    for (const name of this.#succeeded) if (!this.#failed.has(name)) this.counts.delete(name)
    for (const name of this.#failed) this.counts.set(name, this.of(name) + 1)
    this.#failed.clear()
    this.#succeeded.clear()
  }
}
