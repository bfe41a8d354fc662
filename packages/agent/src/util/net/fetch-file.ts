import { classifyAddress, classifyHostname, type AddressClass } from './address-policy.ts'
import { parseIp } from './ip-address.ts'
import { nodeTransport } from './node-transport.ts'

export interface FetchFileOptions {
  /** Private and loopback addresses are allowed; those of metadata services never are. Default `false`. */
  readonly allowLocal?: boolean
  /** Default 50 MiB, counted after decompression. */
  readonly maxBytes?: number
  /** Milliseconds, redirects included. Default 60,000. */
  readonly timeoutMs?: number
  readonly maxRedirects?: number
  readonly signal?: AbortSignal
  /** Used instead of the own transport. It resolves names itself, so only literal addresses and known names can be refused. */
  readonly fetch?: typeof globalThis.fetch
}

export interface FetchedBytes {
  readonly data: Uint8Array
  /** `content-type` without parameters. */
  readonly mediaType?: string
  /** After redirects. */
  readonly url: string
}

/** `refused`: an address or scheme that must not be fetched · `too-large` · `http`: not found, forbidden … · `network`: the rest. */
export type DownloadFailure = 'refused' | 'too-large' | 'http' | 'network'

/** A file could not be fetched. */
export class DownloadError extends Error {
  readonly reason: DownloadFailure
  readonly status: number | undefined

  constructor(
    reason: DownloadFailure,
    message: string,
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'DownloadError'
    this.reason = reason
    this.status = options.status
  }
}

/** One HTTP exchange, redirects not followed. */
export interface Transport {
  (url: URL, request: TransportRequest): Promise<TransportResponse>
}

export interface TransportRequest {
  readonly signal: AbortSignal
  /** Throws for an address that may not be connected to. */
  checkAddress(address: string): void
}

export interface TransportResponse {
  readonly status: number
  header(name: string): string | null
  readonly body: AsyncIterable<Uint8Array>
  /** Lets go of the connection without reading the rest. */
  discard(): void
}

const defaultMaxBytes = 50 * 1024 * 1024

/** Fetches a file from a URL that came from a user or a model: web schemes only, no private address before or after any redirect,
 *  the address that was checked is the one connected to, and no more bytes than agreed.
 *  @throws {DownloadError} */
export async function fetchFile(url: string, options: FetchFileOptions = {}): Promise<FetchedBytes> {
  const { maxBytes = defaultMaxBytes, timeoutMs = 60_000, maxRedirects = 10, signal } = options
  const controller = new AbortController()
  const onAbort = () => controller.abort(signal!.reason)
  signal?.throwIfAborted()
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(
    () => controller.abort(new DownloadError('network', `No file within ${timeoutMs} ms.`)),
    timeoutMs,
  )
  try {
    return await follow(parse(url), { ...options, maxBytes, maxRedirects, signal: controller.signal })
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason
    throw error instanceof DownloadError
      ? error
      : new DownloadError('network', `The file could not be fetched: ${messageOf(error)}`, { cause: error })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

type FollowOptions = FetchFileOptions & {
  readonly maxBytes: number
  readonly maxRedirects: number
  readonly signal: AbortSignal
}

async function follow(start: URL, options: FollowOptions): Promise<FetchedBytes> {
  const transport =
    options.fetch === undefined ? (nodeTransport() ?? fetchTransport(globalThis.fetch)) : fetchTransport(options.fetch)
  const checkAddress = (address: string) => refuse(classifyLiteral(address), address, options)
  let url = start
  for (let hop = 0; hop <= options.maxRedirects; hop++) {
    checkUrl(url, options)
    const response = await transport(url, { signal: options.signal, checkAddress })
    const location = response.status >= 300 && response.status < 400 ? response.header('location') : null
    if (location === null) return await readFile(url, response, options.maxBytes)
    response.discard()
    url = parse(location, url)
  }
  throw new DownloadError('refused', `More than ${options.maxRedirects} redirects.`)
}

function parse(text: string, base?: URL): URL {
  let url: URL
  try {
    url = new URL(text, base)
  } catch {
    throw new DownloadError('refused', 'The address of the file is not a URL.')
  }
  // credentials in a URL belong to its author and go nowhere
  url.username = ''
  url.password = ''
  return url
}

function checkUrl(url: URL, options: FetchFileOptions): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new DownloadError('refused', `Files are fetched over http and https, not ${url.protocol}`)
  }
  refuse(classifyHostname(url.hostname) ?? 'public', url.hostname, options)
}

function classifyLiteral(address: string): AddressClass {
  const bytes = parseIp(address)
  return bytes === undefined ? 'private' : classifyAddress(bytes)
}

function refuse(kind: AddressClass, host: string, { allowLocal = false }: FetchFileOptions): void {
  if (kind === 'public' || (kind === 'private' && allowLocal)) return
  const why = kind === 'metadata' ? 'is a metadata service' : 'is not a public address'
  const advice = kind === 'private' ? " Set `forceDownload: 'allow-local'` if you mean it." : ''
  throw new DownloadError('refused', `The host ${host} ${why}.${advice}`)
}

async function readFile(url: URL, response: TransportResponse, maxBytes: number): Promise<FetchedBytes> {
  if (response.status < 200 || response.status >= 300) {
    response.discard()
    throw new DownloadError('http', `The server of the file answered ${response.status}.`, { status: response.status })
  }
  if (Number(response.header('content-length') ?? 0) > maxBytes) {
    response.discard()
    throw tooLarge(maxBytes)
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body) {
    length += chunk.length
    if (length > maxBytes) {
      response.discard()
      throw tooLarge(maxBytes)
    }
    chunks.push(chunk)
  }
  const type = response.header('content-type')?.replace(/;.*$/, '').trim().toLowerCase()
  return { data: concat(chunks, length), url: url.href, ...(type && { mediaType: type }) }
}

function concat(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const data = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    data.set(chunk, at)
    at += chunk.length
  }
  return data
}

function tooLarge(maxBytes: number): DownloadError {
  return new DownloadError('too-large', `The file is larger than ${maxBytes} bytes.`)
}

function fetchTransport(fetch: typeof globalThis.fetch): Transport {
  return async (url, { signal }) => {
    const response = await fetch(url.href, { redirect: 'manual', signal, headers: { accept: '*/*' } })
    return {
      status: response.status,
      header: name => response.headers.get(name),
      body: (response.body ?? new Blob([]).stream()) as unknown as AsyncIterable<Uint8Array>,
      discard: () => void response.body?.cancel().catch(() => {}),
    }
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' && !error.message.includes(code) ? `${code} ${error.message}` : error.message
}
