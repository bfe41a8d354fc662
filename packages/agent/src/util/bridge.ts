/** Thrown into a producer whose consumer has gone. */
const abandoned = () => new Error('the consumer stopped reading')

interface Emission<T> {
  readonly value: T
  readonly taken: () => void
  readonly refuse: (error: unknown) => void
}

/** Turns work that emits values into an async generator, one value at a time: `emit` resolves when the consumer
 *  asks for the next one, so nothing is buffered but what is emitted side by side. The generator returns what the work
 *  returns, and throws what it throws. When the consumer leaves, waiting and later `emit`s reject, and leaving waits until the
 *  work has settled. So does an `emit` after the work has settled: nobody reads any more.
 *  @param leaving what a waiting `emit` rejects with when the consumer leaves */
export async function* bridge<T, R>(
  work: (emit: (value: T) => Promise<void>) => Promise<R>,
  leaving: () => unknown = abandoned,
): AsyncGenerator<T, R> {
  const waiting: Emission<T>[] = []
  let wake: (() => void) | undefined
  let settled = false
  let refusal: { readonly reason: unknown } | undefined

  const emit = (value: T) =>
    new Promise<void>((taken, refuse) => {
      if (refusal !== undefined) return refuse(refusal.reason)
      waiting.push({ value, taken, refuse })
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
      const next = waiting[0]
      if (next !== undefined) {
        yield next.value
        waiting.shift()
        next.taken()
      } else if (settled) break
      else await new Promise<void>(resolve => (wake = resolve))
    }
    return await done
  } finally {
    refusal = { reason: settled ? abandoned() : leaving() }
    for (const { refuse } of waiting) refuse(refusal.reason)
    if (!settled) await done.catch(() => {})
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
