/** Joins items that arrive within so many milliseconds of the first one; 0: everything as it comes. Leaving early leaves the
 *  source, which may be busy.
 *  @param join makes one item of those of a window; default: the last one */
export function debounced<T>(
  source: AsyncIterableIterator<T>,
  windowMs = 0,
  join: (items: readonly T[]) => T = items => items.at(-1)!,
): AsyncIterable<T> {
  return windowMs > 0 ? joined(source, windowMs, join) : source
}

async function* joined<T>(
  source: AsyncIterableIterator<T>,
  windowMs: number,
  join: (items: readonly T[]) => T,
): AsyncGenerator<T, void> {
  let pending: Promise<IteratorResult<T>> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    for (;;) {
      const items: T[] = []
      let elapsed: Promise<undefined> | undefined
      for (;;) {
        pending ??= source.next()
        const next = await (elapsed === undefined ? pending : Promise.race([pending, elapsed]))
        if (next === undefined || next.done === true) break
        pending = undefined
        items.push(next.value)
        elapsed ??= new Promise(resolve => (timer = setTimeout(() => resolve(undefined), windowMs)))
      }
      clearTimeout(timer)
      if (items.length === 0) return
      yield join(items)
    }
  } finally {
    clearTimeout(timer)
    // what it still brings, or why it fails, interests nobody
    pending?.catch(() => {})
    await source.return?.()
  }
}
