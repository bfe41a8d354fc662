/** Thrown into a producer whose consumer has gone. */
class Abandoned extends Error {
  constructor() {
    super('the consumer stopped reading')
    this.name = 'Abandoned'
  }
}

/** Turns work that emits values into an async generator, one value at a time: `emit` resolves when the consumer
 *  asks for the next one, so nothing is buffered. The generator returns what the work returns, and throws what it throws.
 *  When the consumer leaves, a pending or later `emit` rejects, and leaving waits until the work has settled. */
export async function* bridge<T, R>(work: (emit: (value: T) => Promise<void>) => Promise<R>): AsyncGenerator<T, R> {
  let slot: { value: T; taken: () => void; refuse: (error: unknown) => void } | undefined
  let wake: (() => void) | undefined
  let abandoned = false
  let settled = false

  const emit = (value: T) =>
    new Promise<void>((taken, refuse) => {
      if (abandoned) return refuse(new Abandoned())
      slot = { value, taken, refuse }
      wake?.()
    })
  const done = work(emit).finally(() => {
    settled = true
    wake?.()
  })
  // the rejection is delivered by `await done` below; this only keeps it from counting as unhandled meanwhile
  done.catch(() => {})

  try {
    for (;;) {
      if (slot === undefined && !settled) await new Promise<void>(resolve => (wake = resolve))
      wake = undefined
      if (slot === undefined) {
        if (settled) break
        continue
      }
      const { value, taken } = slot
      yield value
      slot = undefined
      taken()
    }
    return await done
  } finally {
    if (!settled) {
      abandoned = true
      slot?.refuse(new Abandoned())
      await done.catch(() => {})
    }
  }
}

/** Passes every value of a generator to `emit` and resolves with what it returns. Leaves the generator properly on failure. */
export async function drainTo<T, R>(emit: (value: T) => Promise<void>, source: AsyncGenerator<T, R>): Promise<R> {
  try {
    for (;;) {
      const next = await source.next()
      if (next.done === true) return next.value
      await emit(next.value)
    }
  } catch (error) {
    // closes a generator that is suspended at a yield; one that has thrown is closed already
    await source.return(undefined as never).catch(() => {})
    throw error
  }
}

/** Reads a generator to its end and resolves with what it returns. */
export async function drain<T, R>(source: AsyncGenerator<T, R>): Promise<R> {
  for (;;) {
    const next = await source.next()
    if (next.done === true) return next.value
  }
}
