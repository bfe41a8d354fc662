export interface DebounceOptions<T> {
  /** Milliseconds from the first item on. Default 0: everything as it comes. */
  readonly windowMs?: number
  /** Makes one item of those of a window. Default: the last one. */
  readonly join?: (items: readonly T[]) => T
  /** Ends the source when the reader leaves while an item is awaited, which may take as long as it likes. */
  readonly leave: () => Promise<void>
}

/** Joins items that arrive within a window. Leaving early leaves the source. */
export async function* debounced<T>(source: AsyncIterable<T>, options: DebounceOptions<T>): AsyncGenerator<T, void> {
  const { windowMs = 0, join = items => items.at(-1) as T, leave } = options
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
      try {
        for (;;) {
          pending ??= iterator.next()
          const next = await Promise.race([pending, window.elapsed])
          if (next === elapsed || next.done === true) break
          pending = undefined
          items.push(next.value)
        }
      } finally {
        window.clear()
      }
      yield join(items)
    }
  } finally {
    if (pending !== undefined) {
      // what it still brings, or why it fails, interests nobody
      pending.catch(() => {})
      await leave()
    }
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
