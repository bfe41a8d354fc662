import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { ServerHttp2Session } from 'node:http2'
import { createServer as createNetServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { AuthOptions } from './auth.ts'
import { Exchange } from './exchange.ts'
import type { AnyRequest, AnyResponse } from './exchange.ts'
import { FaultScript } from './faults.ts'
import { IssuedSignatures } from './issued-signatures.ts'
import { RequestLog } from './log.ts'
import type { LogEntry } from './log.ts'
import { ModelCatalog } from './model-catalog.ts'
import { quotingResponder } from './quoting-responder/index.ts'
import type { Responder } from './responder.ts'
import { handle } from './routes.ts'
import type { ValidationOptions } from './validator/index.ts'

export interface LocalBedrockOptions {
  /** default 0: any free port */
  port?: number
  /** default `127.0.0.1` */
  host?: string
  /** plays the model; default: `quotingResponder()` */
  responder?: Responder
  /** who may call; default: access key `local` with secret `local`, or any bearer token */
  auth?: AuthOptions
  /** model ids that exist; default: every well-formed `<vendor>.<name>` of a known vendor, with or without
   *  geographic prefix, and ARNs. `'any'` accepts everything */
  models?: readonly string[] | 'any'
  /** prefixes of model ids that exist only through an inference profile, such as `anthropic.claude-sonnet-4-5`;
   *  default none, because the list changes monthly and by Region */
  profileOnlyModels?: readonly string[]
  /** ARN of an application inference profile (or other ARN that hides its model) to the id of its model: decides the
   *  family whose rules apply */
  inferenceProfiles?: Record<string, string>
  /** rules the requests must keep; `'off'` checks types only */
  validation?: ValidationOptions | 'off'
  /** called once for each request, when its connection or stream is done */
  onRequestEnd?: (entry: LogEntry) => void
  /** entries kept in the log; the oldest are dropped beyond it. Default: all, which suits tests */
  maxLogEntries?: number
}

export interface LocalBedrock extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, for HTTP/1.1 and for HTTP/2 without TLS */
  url: string
  port: number
  /** every request, oldest first */
  log: RequestLog
  /** scripted misbehaviour */
  faults: FaultScript
  /** ends every connection at once */
  close(): Promise<void>
}

/** Starts a local Bedrock Runtime endpoint.
 *  @throws the error of `listen`, for example EADDRINUSE
 *  @example
 *  await using bedrock = await startLocalBedrock({ responder: scriptedResponder(['Hello']) })
 *  const client = new BedrockRuntimeClient({ endpoint: bedrock.url, region: 'us-east-1', credentials: localCredential }) */
export async function startLocalBedrock(options: LocalBedrockOptions = {}): Promise<LocalBedrock> {
  const { host = '127.0.0.1', port = 0 } = options
  const log = new RequestLog()
  const faults = new FaultScript()
  const handler = requestHandler(options, log, faults)
  const connections = listener(handler.onRequest)
  await new Promise<void>((resolve, reject) => {
    connections.server.once('error', reject)
    connections.server.listen(port, host, resolve)
  })
  const bound = (connections.server.address() as AddressInfo).port
  const close = async () => {
    handler.disownAll()
    await connections.close()
    log.release()
  }
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
  return { url, port: bound, log, faults, close, [Symbol.asyncDispose]: close }
}

function requestHandler(options: LocalBedrockOptions, log: RequestLog, faults: FaultScript) {
  const open = new Set<Exchange>()
  const { maxLogEntries = Infinity } = options
  let requests = 0
  let calls = 0
  const endpoint = {
    responder: options.responder ?? quotingResponder(),
    auth: options.auth ?? {},
    faults,
    validation: options.validation ?? {},
    models: new ModelCatalog(options),
    issuedSignatures: new IssuedSignatures(),
    nextCallIndex: () => calls++,
  }
  const onRequest = (request: AnyRequest, response: AnyResponse) => {
    const entry = newEntry(request, requests++)
    log.push(entry)
    if (log.length > maxLogEntries) log.shift()
    const exchange = new Exchange(request, response, entry, log)
    open.add(exchange)
    exchange.gone.addEventListener('abort', () => {
      open.delete(exchange)
      options.onRequestEnd?.(entry)
    })
    // only a client that leaves while its body is read gets here
    handle(exchange, endpoint).catch(() => exchange.destroy('destroy'))
  }
  return { onRequest, disownAll: () => open.forEach(exchange => exchange.disown()) }
}

function newEntry(request: AnyRequest, index: number): LogEntry {
  const { 'amz-sdk-request': retries, 'amz-sdk-invocation-id': invocationId } = request.headers
  const attempt = /attempt=(\d+)(?:; max=(\d+))?/.exec(String(retries))
  return {
    index,
    requestId: randomUUID(),
    httpVersion: request.httpVersionMajor === 2 ? '2' : '1.1',
    method: request.method ?? '',
    path: request.url ?? '',
    headers: {},
    ...(attempt && { attempt: Number(attempt[1]) }),
    ...(attempt?.[2] && { maxAttempts: Number(attempt[2]) }),
    ...(typeof invocationId === 'string' && { invocationId }),
    receivedAt: Date.now(),
    bytesSent: 0,
    eventsSent: 0,
    closedByClient: false,
  }
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** One TCP listener for both protocols: the first bytes of a connection tell which one it speaks. */
function listener(onRequest: (request: AnyRequest, response: AnyResponse) => void) {
  const http1 = createHttpServer(onRequest)
  const http2 = createHttp2Server(onRequest)
  const sockets = new Set<Socket>()
  const sessions = new Set<ServerHttp2Session>()
  http2.on('session', session => {
    sessions.add(session)
    session.on('error', () => {})
    session.on('close', () => sessions.delete(session))
  })
  const server = createNetServer({ noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    sniff(socket, isHttp2 => (isHttp2 ? http2 : http1).emit('connection', socket))
  })
  const close = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const session of sessions) session.destroy()
    for (const socket of sockets) socket.destroy()
    http1.close()
    await closed
  }
  return { server, close }
}

/** Reads until the bytes differ from the HTTP/2 preface or are enough of it, then puts them back. */
function sniff(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0)
  const onData = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
    const length = Math.min(seen.length, preface.length)
    const isPreface = seen.subarray(0, length).equals(preface.subarray(0, length))
    if (isPreface && length < preface.length) return
    socket.off('data', onData)
    socket.pause()
    socket.unshift(seen)
    decide(isPreface)
    if (!isPreface) process.nextTick(() => socket.resume())
  }
  socket.on('data', onData)
}
