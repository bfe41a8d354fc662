/** A UUID of version 7: sorts by the time it was made.
 *  @param nowMs milliseconds since 1970
 *  @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
export function uuidV7(nowMs: number = Date.now()): string {
  const time = hex(Math.floor(nowMs), 12)
  const random = randomWord()
  const version = 0x7000 | (random & 0x0fff)
  const variant = 0x8000 | ((random >>> 12) & 0x3fff)
  const node = hex(randomWord(), 8) + hex(randomWord() >>> 16, 4)
  return `${time.slice(0, 8)}-${time.slice(8)}-${hex(version, 4)}-${hex(variant, 4)}-${node}`
}

/** A random id of 32 hex digits after a prefix.
 *
 *  @example randomId('call_') // 'call_5f0c…' */
export function randomId(prefix: string): string {
  return prefix + hex(randomWord(), 8) + hex(randomWord(), 8) + hex(randomWord(), 8) + hex(randomWord(), 8)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexOf[byte]
  return text
}

// asking the host for random bytes costs far more than the bytes: take many at once
let pool = new Uint32Array(0)
let used = 0

/** 32 random bits. */
function randomWord(): number {
  if (used === pool.length) {
    pool = crypto.getRandomValues(new Uint32Array(1024))
    used = 0
  }
  used += 1
  return pool[used - 1]!
}
