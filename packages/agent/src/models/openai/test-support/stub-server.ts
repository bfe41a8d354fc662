import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it reached the stub. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: Record<string, unknown>
  /** Settled when the client has let go of the connection before the answer was whole. */
  readonly closed: Promise<void>
}

export type Reply = (response: ServerResponse) => void | Promise<void>

/** A local server that gives the answers it was told, in order. */
export interface StubServer extends AsyncDisposable {
  readonly url: string
  readonly seen: SeenRequest[]
  answer(...replies: Reply[]): void
}

export async function startStub(): Promise<StubServer> {
  const replies: Reply[] = []
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => void handle(request, response))
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const closed = new Promise<void>(resolve => {
      response.on('close', () => {
        if (!response.writableFinished) resolve()
      })
    })
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
    seen.push({ method: request.method!, path: request.url!, headers: request.headers, text, body, closed })
    await (replies.shift() ?? json({ error: { message: 'nothing more was scripted' } }, 418))(response)
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answer: (...more) => {
      seen.length = 0
      replies.splice(0, Infinity, ...more)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return response => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

export type SseEnd = 'close' | 'cut' | 'stay-open'

/** Server-sent events, each with its type where it has one. */
export function sse(events: readonly object[], end: SseEnd = 'close'): Reply {
  return response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events) {
      const type = 'type' in event ? `event: ${String(event.type)}\n` : ''
      response.write(`${type}data: ${JSON.stringify(event)}\n\n`)
    }
    if (end === 'close') response.end()
    // what was written has to leave before the socket goes
    if (end === 'cut') setTimeout(() => response.destroy(), 20)
  }
}
