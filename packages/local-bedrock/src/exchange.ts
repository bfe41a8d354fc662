import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { LogEntry, RequestLog } from './log.ts'

export type AnyRequest = IncomingMessage | Http2ServerRequest
export type AnyResponse = ServerResponse | Http2ServerResponse

const isHttp2 = (response: AnyResponse): response is Http2ServerResponse => 'stream' in response

/** Whether a closing answer was left incomplete. HTTP/2 says `finish` for cancelled streams too, so ask its stream. */
function hasLeft(request: AnyRequest, response: AnyResponse): boolean {
  if (!isHttp2(response)) return !response.writableFinished
  const { stream } = request as Http2ServerRequest
  return stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR
}

/** One request and its answer, the same for HTTP/1.1 and HTTP/2. Keeps the log entry true to what happened. */
export class Exchange {
  readonly entry: LogEntry
  /** as they came; the log holds them without secrets */
  readonly headers: Record<string, string>
  readonly #request: AnyRequest
  readonly #response: AnyResponse
  readonly #log: RequestLog
  readonly #gone = new AbortController()
  #isEndedByUs = false

  constructor(request: AnyRequest, response: AnyResponse, entry: LogEntry, log: RequestLog) {
    this.#request = request
    this.#response = response
    this.entry = entry
    this.headers = plainHeaders(request.headers)
    entry.headers = withoutSecrets(this.headers)
    this.#log = log
    // a write that races with the client's leaving is not an error of ours
    request.on('error', () => {})
    response.on('error', () => {})
    response.on('close', () => this.#closed(hasLeft(request, response)))
  }

  /** aborts when the connection (or the HTTP/2 stream) is gone, whoever closed it */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Fills in the log entry and tells those who wait for it. */
  note(seen: Partial<LogEntry>): void {
    Object.assign(this.entry, seen)
    this.#log.changed()
  }

  async readBody(): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of this.#request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }

  writeHead(status: number, headers: Record<string, string>): void {
    this.entry.status = status
    this.entry.firstByteAt = Date.now()
    const response: ServerResponse = this.#response as ServerResponse
    response.writeHead(status, headers)
    response.flushHeaders()
    this.#log.changed()
  }

  /** Writes and waits while the client reads slower than we write. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.gone.aborted) return
    this.entry.bytesSent += bytes.byteLength
    this.#log.changed()
    const response = this.#response as ServerResponse
    if (response.write(bytes)) return
    await new Promise<void>(resolve => {
      const done = () => {
        response.off('drain', done)
        this.gone.removeEventListener('abort', done)
        resolve()
      }
      response.once('drain', done)
      this.gone.addEventListener('abort', done)
    })
  }

  end(): void {
    this.entry.endedAt ??= Date.now()
    this.#response.end()
    this.#log.changed()
  }

  /** Marks the coming close as ours, so that the log does not blame the client. */
  disown(): void {
    this.#isEndedByUs = true
  }

  /** Breaks the connection: the whole session or socket, or (`reset`) as abruptly as the protocol can. */
  destroy(mode: 'destroy' | 'reset'): void {
    this.disown()
    this.entry.endedAt ??= Date.now()
    if (isHttp2(this.#response)) {
      const { stream } = this.#response
      if (mode === 'destroy') stream.session?.destroy()
      else stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    } else if (mode === 'reset') this.#response.socket?.resetAndDestroy()
    else this.#response.socket?.destroy()
    this.#log.changed()
  }

  #closed(clientLeft: boolean): void {
    if (clientLeft && !this.#isEndedByUs) {
      this.entry.closedByClient = true
      this.entry.closedByClientAt = Date.now()
    }
    this.entry.endedAt ??= Date.now()
    this.#gone.abort()
    this.#log.changed()
  }
}

/** HTTP/2 sends `:authority` where HTTP/1.1 sends `host`; signatures speak of `host` in both. */
function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const plain: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(':') && value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const authority = headers[':authority']
  if (typeof authority === 'string') plain['host'] ??= authority
  return plain
}

/** Real Bedrock API keys have more than 100 characters; shorter tokens are made up for a test. */
const longestTestToken = 24

/** A real bearer token is cut after 8 characters, a session token is left out. A SigV4 signature is no secret. */
function withoutSecrets(headers: Record<string, string>): Record<string, string> {
  const shown = { ...headers }
  const [, bearer = ''] = /^Bearer\s+(\S+)/i.exec(shown['authorization'] ?? '') ?? []
  if (bearer.length > longestTestToken) shown['authorization'] = `Bearer ${bearer.slice(0, 8)}…`
  if ('x-amz-security-token' in shown) shown['x-amz-security-token'] = '…'
  return shown
}

/** Waits, but not beyond the signal. `Infinity` waits for the signal alone. */
export function sleep(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = delayMs === Infinity ? undefined : setTimeout(done, delayMs)
    signal.addEventListener('abort', done)
  })
}
