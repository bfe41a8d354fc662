import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { Body, Exchange, RecordedCall } from '../provider-case.ts'
import type { SeenRequest } from '../traffic/http-stub.ts'
import { bodyBytes } from '../traffic/body-bytes.ts'

/** Compares what was sent with what was recorded as sent: method, path and body. */
export function compareTraffic(
  call: RecordedCall,
  exchanges: readonly Exchange[],
  seen: readonly SeenRequest[],
  path: string,
): Difference[] {
  if (call.sdk_calls?.length || call.error?.type === 'RequestCaptured') return compareExtraHeaders(call, seen, path)
  const expected = exchanges.map(({ request }) => {
    const url = new URL(request.uri)
    return {
      method: request.method,
      path: decodeURIComponent(url.pathname + url.search),
      body: recordedBody(request.body),
    }
  })
  const actual = seen.map((request, index) => ({
    method: request.method,
    path: decodeURIComponent(request.path),
    body: seenBody(request, exchanges[index]?.request.body ?? null),
  }))
  return compare(expected, actual, { bindings: new Bindings(), jsonStrings: true, wholeNumbers: true }, path)
}

/** A test that stopped at the request only recorded that its headers arrive. */
function compareExtraHeaders(call: RecordedCall, seen: readonly SeenRequest[], path: string): Difference[] {
  const wanted = call.input.settings?.extra_headers
  if (call.error?.type !== 'RequestCaptured') return []
  const headers = seen[0]?.headers ?? {}
  return Object.entries((wanted ?? {}) as Record<string, string>).flatMap(([name, value]) => {
    const actual = headers[name.toLowerCase()]
    return actual === value ? [] : [{ path: `${path}.headers.${name}`, expected: value, actual }]
  })
}

function recordedBody(body: Body | null): unknown {
  if (body?.json !== undefined) return body.json
  return bodyBytes(body).toString('utf8')
}

function seenBody(request: SeenRequest, recorded: Body | null): unknown {
  const text = request.body.toString('utf8')
  if (recorded?.json === undefined && recorded !== null) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
