const noCounts: ReadonlyMap<string, number> = new Map()

/** Counts of failed attempts by tool name. Calls of one step see the same count, however many of them fail:
 *  a step's failures and successes take effect when the next step begins. */
export class ToolRetries {
  #counts: Map<string, number> | undefined
  #failed: Set<string> | undefined
  #succeeded: Set<string> | undefined

  get counts(): ReadonlyMap<string, number> {
    return this.#counts ?? noCounts
  }

  of(name: string): number {
    return this.#counts?.get(name) ?? 0
  }

  fail(name: string): void {
    this.#failed = (this.#failed ?? new Set()).add(name)
  }

  /** Matters only for a tool that failed before. */
  succeed(name: string): void {
    if (this.#counts?.has(name) === true) this.#succeeded = (this.#succeeded ?? new Set()).add(name)
  }

  clear(): void {
    this.#counts = undefined
    this.#failed = undefined
    this.#succeeded = undefined
  }

  /** A success clears a tool's count, unless the same tool also failed in that step. */
  nextStep(): void {
    for (const name of this.#succeeded ?? []) if (this.#failed?.has(name) !== true) this.#counts?.delete(name)
    for (const name of this.#failed ?? []) (this.#counts ??= new Map()).set(name, this.of(name) + 1)
    this.#failed = undefined
    this.#succeeded = undefined
  }
}
