import type { GraphEvent } from './event.ts'

/** Turns a listener into an async iterable: give `push` to `onEvent`, iterate, and call `end` when the run is over.
 *  Events wait in memory until they are read; once the reader leaves its loop they are dropped.
 *  @example
 *  const events = eventStream()
 *  void graph.run(start, { state, onEvent: events.push }).then(events.end, events.end)
 *  for await (const event of events) … */
export const eventStream = () => {
  let waiting: GraphEvent[] = []
  let isEnded = false
  let wake: (() => void) | undefined
  const notify = () => {
    wake?.()
    wake = undefined
  }
  return {
    push: (event: GraphEvent): void => {
      if (isEnded) return
      waiting.push(event)
      notify()
    },
    end: (): void => {
      isEnded = true
      notify()
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<GraphEvent> {
      try {
        for (;;) {
          const batch = waiting
          waiting = []
          yield* batch
          if (waiting.length > 0) continue
          if (isEnded) return
          await new Promise<void>(resolve => {
            wake = resolve
          })
        }
      } finally {
        // a reader that leaves early: nothing is kept for it
        isEnded = true
        waiting = []
      }
    },
  }
}
