/** Lets timers and I/O of the process have a turn. */
const later: (callback: () => void) => void =
  typeof setImmediate === 'function'
    ? callback => void setImmediate(callback)
    : callback => void setTimeout(callback, 0)

const YIELD_EVERY_MS = 10
/** a power of two: the clock is read once in as many launches */
const LOOK_EVERY = 64

/** Holds a run that never waits for anything back from time to time, so that the process stays responsive. */
export class Pacer {
  readonly #goOn: () => void
  #launches = 0
  #lastYield = 0
  isYielding = false

  constructor(goOn: () => void) {
    this.#goOn = goOn
  }

  /** Call once per launch. True: stop launching; `goOn` is called after the others had their turn. */
  mustYield(): boolean {
    if ((++this.#launches & (LOOK_EVERY - 1)) !== 0) return false
    const now = performance.now()
    if (this.#lastYield === 0) this.#lastYield = now
    if (now - this.#lastYield < YIELD_EVERY_MS) return false
    this.isYielding = true
    later(() => {
      this.isYielding = false
      this.#lastYield = performance.now()
      this.#goOn()
    })
    return true
  }
}
