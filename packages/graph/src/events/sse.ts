import type { GraphEvent } from './event.ts'

/** One event as a frame of `text/event-stream`. The last event of each seq carries it as id, so a browser that reconnects says where it
 *  was: one that was cut off inside a group gets the whole group again, never half of it.
 *  @example for await (const event of graph.events(runId, { afterSeq: lastSeq(request.headers) })) response.write(sseFrame(event)) */
export const sseFrame = (event: GraphEvent): string => {
  // JSON has no raw line breaks, so the data is one line whatever it holds
  const id = event.seq === undefined || event.hasMore ? '' : `id: ${event.seq}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** The seq a reconnecting client has seen whole: of its `Last-Event-ID` header; 0 without one. */
export const lastSeq = (headers: Headers | { readonly 'last-event-id'?: string | undefined }): number => {
  const value = headers instanceof Headers ? headers.get('last-event-id') : headers['last-event-id']
  const seq = value === null || value === undefined ? 0 : Number(value)
  return Number.isSafeInteger(seq) && seq > 0 ? seq : 0
}

/** A whole stream of events as `text/event-stream` bytes, for a Response. Each event goes out at once.
 *  @example new Response(sseStream(graph.events(runId, { afterSeq })), { headers: { 'content-type': 'text/event-stream' } }) */
export const sseStream = (events: AsyncIterable<GraphEvent>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next()
      if (next.done) controller.close()
      else controller.enqueue(encoder.encode(sseFrame(next.value)))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
