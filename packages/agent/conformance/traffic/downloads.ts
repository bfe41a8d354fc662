import type { Exchange } from '../provider-case.ts'
import { bodyBytes } from './body-bytes.ts'

/** A `fetch` that serves the downloads among recorded exchanges and knows no other URL. */
export function recordedDownloads(exchanges: readonly Exchange[]): typeof fetch {
  const responses = new Map(exchanges.map(({ request, response }) => [request.uri, response]))
  return async input => {
    const url = input instanceof Request ? input.url : String(input)
    const recorded = responses.get(url)
    if (!recorded) throw new TypeError(`No download of ${url} was recorded.`)
    const headers = Object.entries(recorded.headers).filter(([name]) => !isEncoding.test(name))
    return new Response(new Uint8Array(bodyBytes(recorded.body)), { status: recorded.status, headers })
  }
}

// the recorded body is decoded already
const isEncoding = /^(content-encoding|content-length|transfer-encoding)$/i
