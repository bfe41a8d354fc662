/** Hands out results in the order in which they become ready, one waiting reader at a time. */
export class Completions<T> {
  readonly #ready: T[] = []
  #wake: ((value: T) => void) | undefined

  push(value: T): void {
    if (this.#wake === undefined) {
      this.#ready.push(value)
      return
    }
    const wake = this.#wake
    this.#wake = undefined
    wake(value)
  }

  next(): Promise<T> {
    if (this.#ready.length > 0) return Promise.resolve(this.#ready.shift() as T)
    return new Promise(resolve => (this.#wake = resolve))
  }
}
