import type { GraphEvent } from '../events/event.ts'

/** Who is told of a run's events. */
export class Listeners {
  readonly #listeners = new Set<(event: GraphEvent) => void>()
  readonly #onFault: (error: unknown) => void

  /** @param onFault a listener threw; it is not told again */
  constructor(onFault: (error: unknown) => void) {
    this.#onFault = onFault
  }

  get isEmpty(): boolean {
    return this.#listeners.size === 0
  }

  add(listener: (event: GraphEvent) => void): void {
    this.#listeners.add(listener)
  }

  tell(event: GraphEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#listeners.delete(listener)
        this.#onFault(error)
      }
    }
  }
}
