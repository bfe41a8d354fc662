/** Joins items that arrive within a window, by default by keeping the last. Without a window, everything as it comes.
 *  Leaving early leaves the source. */
export async function* debounced<T>(
  source: AsyncIterable<T>,
  windowMs = 0,
  join: (items: readonly T[]) => T = items => items.at(-1) as T,
): AsyncGenerator<T, void> {
  if (windowMs <= 0) {
    yield* source
    return
  }
  const iterator = source[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<T>> | undefined
  try {
    for (;;) {
      const first = await (pending ?? iterator.next())
      pending = undefined
      if (first.done === true) return
      const items = [first.value]
      const window = timer(windowMs)
      for (;;) {
        pending ??= iterator.next()
        const next = await Promise.race([pending, window.elapsed])
        if (next === elapsed || next.done === true) break
        pending = undefined
        items.push(next.value)
      }
      window.clear()
      yield join(items)
    }
  } finally {
    await iterator.return?.()
  }
}

const elapsed = Symbol('elapsed')

function timer(ms: number): { readonly elapsed: Promise<typeof elapsed>; clear(): void } {
  let handle: ReturnType<typeof setTimeout>
  return {
    elapsed: new Promise(resolve => (handle = setTimeout(() => resolve(elapsed), ms))),
    clear: () => clearTimeout(handle),
  }
}
