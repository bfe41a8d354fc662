/** Heeds the signals of a run. Leaves no listener behind once it has stopped. */
export class Signals {
  readonly #cancelSignal: AbortSignal | undefined
  readonly #drainSignal: AbortSignal | undefined
  readonly #onCancel: () => void
  readonly #onDrain: () => void

  constructor(
    { signal, drainSignal }: { readonly signal?: AbortSignal; readonly drainSignal?: AbortSignal },
    on: { readonly cancel: (reason: unknown) => void; readonly drain: () => void },
  ) {
    this.#cancelSignal = signal
    this.#drainSignal = drainSignal
    this.#onCancel = () => on.cancel(signal?.reason)
    this.#onDrain = on.drain
  }

  heed(): void {
    heedOne(this.#cancelSignal, this.#onCancel)
    heedOne(this.#drainSignal, this.#onDrain)
  }

  ignore(): void {
    this.#cancelSignal?.removeEventListener('abort', this.#onCancel)
    this.#drainSignal?.removeEventListener('abort', this.#onDrain)
  }
}

const heedOne = (signal: AbortSignal | undefined, act: () => void): void => {
  if (signal?.aborted) act()
  else signal?.addEventListener('abort', act, { once: true })
}
