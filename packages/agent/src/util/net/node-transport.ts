import type { Transport, TransportRequest, TransportResponse } from './fetch-file.ts'

/** Node's own modules where there are any: reached without an import, so that this file loads everywhere. */
type GetBuiltin = (name: string) => unknown

type Http = typeof import('node:http')
type Dns = typeof import('node:dns')
type Zlib = typeof import('node:zlib')
type LookupFunction = import('node:net').LookupFunction

/** HTTP over Node's sockets. Names are resolved here, every address is checked, and the connection goes to a checked address:
 *  a name that answers differently the second time gains nothing. `undefined`: not on Node. */
export function nodeTransport(): Transport | undefined {
  const getBuiltin = (globalThis as { process?: { getBuiltinModule?: GetBuiltin } }).process?.getBuiltinModule
  if (getBuiltin === undefined) return undefined
  const modules: NodeModules = {
    http: getBuiltin('node:http') as Http,
    https: getBuiltin('node:https') as Http,
    dns: getBuiltin('node:dns') as Dns,
    zlib: getBuiltin('node:zlib') as Zlib,
  }
  return (url, request) => exchange(url, request, modules)
}

interface NodeModules {
  readonly http: Http
  readonly https: Http
  readonly dns: Dns
  readonly zlib: Zlib
}

function exchange(url: URL, request: TransportRequest, modules: NodeModules): Promise<TransportResponse> {
  const { get } = url.protocol === 'https:' ? modules.https : modules.http
  return new Promise((resolve, reject) => {
    const outgoing = get(
      url,
      {
        agent: false,
        signal: request.signal,
        headers: { accept: '*/*', 'accept-encoding': 'gzip, deflate, br' },
        lookup: checkedLookup(modules.dns, request),
      },
      incoming => {
        resolve({
          status: incoming.statusCode ?? 0,
          header: name => incoming.headers[name]?.toString() ?? null,
          body: decompressed(incoming, incoming.headers['content-encoding'], modules.zlib),
          discard: () => void incoming.destroy(),
        })
      },
    )
    outgoing.on('error', reject)
  })
}

function checkedLookup(dns: Dns, request: TransportRequest): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      try {
        for (const { address } of addresses) request.checkAddress(address)
      } catch (refused) {
        return callback(refused as NodeJS.ErrnoException, '', 0)
      }
      const [first] = addresses
      if (options.all) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family ?? 4)
    })
  }
}

function decompressed(
  incoming: import('node:http').IncomingMessage,
  encoding: string | undefined,
  zlib: Zlib,
): AsyncIterable<Uint8Array> {
  const create =
    encoding === 'br'
      ? zlib.createBrotliDecompress
      : encoding === 'gzip' || encoding === 'deflate'
        ? zlib.createUnzip
        : undefined
  if (create === undefined) return incoming
  const out = create()
  incoming.on('error', error => out.destroy(error))
  out.on('close', () => incoming.destroy())
  return incoming.pipe(out)
}
