/** How long a provider asks to wait, in milliseconds: `retry-after-ms`, or `retry-after` as seconds or as an HTTP date.
 *  A date is compared with the response's own `date` where there is one, so that a wrong local clock does no harm.
 *  `undefined` when nothing readable is there; never negative.
 *
 *  @param headers names in lower case
 *  @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
export function retryAfterMs(headers: Readonly<Record<string, string>>, nowMs?: number): number | undefined {
  const exact = positive(headers['retry-after-ms'])
  if (exact !== undefined) return Math.ceil(exact)
  const value = headers['retry-after']
  if (value === undefined) return undefined
  const seconds = positive(value)
  if (seconds !== undefined) return Math.ceil(seconds * 1000)
  const until = Date.parse(value)
  if (Number.isNaN(until)) return undefined
  const sent = Date.parse(headers['date'] ?? '')
  return Math.max(0, until - (Number.isNaN(sent) ? (nowMs ?? Date.now()) : sent))
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}
