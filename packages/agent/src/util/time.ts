/** A moment as RFC 3339 in UTC: no fraction when it is 0, else six digits.
 *
 *  @example rfc3339(0) // '1970-01-01T00:00:00Z' */
export function rfc3339(ms: number): string {
  const micros = Math.round(ms * 1000)
  const seconds = Math.floor(micros / 1_000_000)
  const fraction = micros - seconds * 1_000_000
  const text = new Date(seconds * 1000).toISOString().slice(0, -5)
  return fraction === 0 ? `${text}Z` : `${text}.${String(fraction).padStart(6, '0')}Z`
}

/** Above this a number is milliseconds, below it seconds since 1970. */
const secondsEnd = 2e10

/** An epoch number, in seconds or milliseconds, as RFC 3339; `undefined` when no date has that number. */
export function rfc3339FromEpoch(value: number): string | undefined {
  const ms = Math.abs(value) > secondsEnd ? value : value * 1000
  return Math.abs(ms) <= 8.64e15 ? rfc3339(ms) : undefined
}
