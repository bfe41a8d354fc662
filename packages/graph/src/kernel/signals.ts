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
    ignoreOne(this.#cancelSignal, this.#onCancel)
    ignoreOne(this.#drainSignal, this.#onDrain)
  }
}

/** What each signal sets off. */
const actsOf = new WeakMap<EventTarget, Set<() => void>>()

/** The one listener of all runs that share a signal: Node takes more than ten for a leak and warns.
 *  @see https://nodejs.org/api/events.html#eventsdefaultmaxlisteners (read 2026-11-23) */
const tell = ({ target }: Event): void => {
  for (const act of actsOf.get(target!) ?? []) act()
}

const heedOne = (signal: AbortSignal | undefined, act: () => void): void => {
  if (signal === undefined) return
  if (signal.aborted) {
    act()
    return
  }
  let acts = actsOf.get(signal)
  if (acts === undefined) actsOf.set(signal, (acts = new Set()))
  acts.add(act)
  // once for a signal, however often it is added
  signal.addEventListener('abort', tell)
}

const ignoreOne = (signal: AbortSignal | undefined, act: () => void): void => {
  const acts = signal && actsOf.get(signal)
  if (acts?.delete(act) && acts.size === 0) signal?.removeEventListener('abort', tell)
}
