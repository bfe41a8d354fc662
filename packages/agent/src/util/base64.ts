const chunkSize = 0x8000

/** Bytes as base64: standard alphabet, padded. */
export function bytesToBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += chunkSize) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkSize))
  }
  return btoa(binary)
}

/** The bytes of a base64 text of either alphabet, padded or not.
 *  @throws {TypeError} when it is not base64 */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(toStandardBase64(text))
  const bytes = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index)
  return bytes
}

const standard = /^[A-Za-z0-9+/]*={0,2}$/
const urlSafe = /^[A-Za-z0-9_-]*={0,2}$/

/** The same bytes in the standard alphabet, padded.
 *  @throws {TypeError} when the text is not base64, or mixes the standard and the URL-safe alphabet */
export function toStandardBase64(text: string): string {
  if (standard.test(text)) return pad(text)
  if (urlSafe.test(text)) return pad(text.replaceAll('-', '+').replaceAll('_', '/'))
  throw new TypeError('not base64: it has characters of neither alphabet, or of both')
}

/** The same bytes in the URL-safe alphabet (`-` and `_`), padded. */
export function toUrlSafeBase64(text: string): string {
  return toStandardBase64(text).replaceAll('+', '-').replaceAll('/', '_')
}

function pad(text: string): string {
  const rest = text.length % 4
  if (rest === 0) return text
  if (rest === 1 || text.endsWith('='))
    throw new TypeError(`not base64: ${text.length} characters cannot be whole bytes`)
  return text + '='.repeat(4 - rest)
}
