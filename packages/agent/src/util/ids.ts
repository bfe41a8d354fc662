/** A UUID of version 7: sorts by the time it was made.
 *  @param nowMs milliseconds since 1970
 *  @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
export function uuidV7(nowMs: number = Date.now()): string {
  const bytes = randomBytes()
  let time = Math.floor(nowMs)
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256
    time = Math.floor(time / 256)
  }
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  const hex = toHex(bytes)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A random id of 32 hex digits after a prefix.
 *
 *  @example randomId('call_') // 'call_5f0c…' */
export function randomId(prefix: string): string {
  return prefix + toHex(randomBytes())
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOf[byte]
  return hex
}

// asking the host for random bytes costs far more than the bytes: take many at once
let pool = new Uint8Array(0)
let used = 0

/** 16 random bytes, valid until the pool is used up: read them at once. */
function randomBytes(): Uint8Array {
  if (used + 16 > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(4096))
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}
