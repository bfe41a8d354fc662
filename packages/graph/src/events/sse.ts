import type { GraphEvent } from './event.ts'

/** One event as a frame of `text/event-stream`. Stored events carry their seq as id, so a browser that reconnects says where it was.
 *  @example for await (const event of graph.events(runId, { afterSeq: lastSeq(request.headers) })) response.write(sseFrame(event)) */
export const sseFrame = (event: GraphEvent): string => {
  // JSON has no raw line breaks, so the data is one line whatever it holds
  const id = event.seq === undefined ? '' : `id: ${event.seq}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** The seq a reconnecting client has seen last: of its `Last-Event-ID` header; 0 without one.
 *  Events of one seq are written together, so nothing is lost between them if the whole group is sent again from the next. */
export const lastSeq = (headers: Headers | { readonly 'last-event-id'?: string | undefined }): number => {
  const value = headers instanceof Headers ? headers.get('last-event-id') : headers['last-event-id']
  const seq = value === null || value === undefined ? 0 : Number(value)
  return Number.isSafeInteger(seq) && seq > 0 ? seq : 0
}

/** A whole stream of events as `text/event-stream` bytes, for a Response.
 *  The id goes with the last event of each seq only: a client cut off inside a group gets the whole group again, never half of it.
 *  @example new Response(sseStream(graph.events(runId, { afterSeq })), { headers: { 'content-type': 'text/event-stream' } }) */
export const sseStream = (events: AsyncIterable<GraphEvent>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  let held: GraphEvent | undefined
  const frame = (event: GraphEvent, isLastOfSeq: boolean) =>
    encoder.encode(sseFrame(isLastOfSeq ? event : ({ ...event, seq: undefined } as GraphEvent)))
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // a pull that brings nothing is not called again, so the first one reads twice
      for (;;) {
        const next = await iterator.next()
        const before = held
        held = next.done ? undefined : next.value
        if (before !== undefined) controller.enqueue(frame(before, held === undefined || held.seq !== before.seq))
        if (next.done) controller.close()
        if (next.done || before !== undefined) return
      }
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
