import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RecordedResponse } from '../provider-case.ts'
import { bodyBytes } from './body-bytes.ts'

/** A request as it reached the stub. */
export interface SeenRequest {
  readonly method: string
  /** With the query string. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** A local HTTP server that answers with recorded responses, in order, and remembers what it was asked. */
export class HttpStub {
  readonly #server: Server
  #replies: RecordedResponse[] = []
  #seen: SeenRequest[] = []

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<HttpStub> {
    const stub = new HttpStub()
    await new Promise<void>(resolve => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get seen(): readonly SeenRequest[] {
    return this.#seen
  }

  /** Forgets what was and answers with these from now on. */
  play(replies: readonly RecordedResponse[]): void {
    this.#replies = [...replies]
    this.#seen = []
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = request
    this.#seen.push({ method, path: url, headers, body: Buffer.concat(chunks) })
    const reply = this.#replies.shift() ?? nothingRecorded
    response.writeHead(reply.status, sentHeaders(reply.headers))
    response.end(bodyBytes(reply.body))
  }
}

const nothingRecorded: RecordedResponse = {
  status: 418,
  headers: { 'content-type': 'application/json' },
  body: { json: { message: 'Nothing more was recorded.' } },
}

// the body is sent decoded and in one piece
const replacedHeaders = new Set(['content-length', 'content-encoding', 'transfer-encoding', 'connection'])

function sentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !replacedHeaders.has(name.toLowerCase())))
}
