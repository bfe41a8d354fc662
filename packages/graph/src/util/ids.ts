/** 128 random bits as 32 hex digits. */
export const randomId = (): string => {
  let out = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) out += byte.toString(16).padStart(2, '0')
  return out
}
