/** A first lease token: 52 random bits, so that the tokens of a run that had this id before do not come again. */
export const firstToken = (): number => {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  return (high! >>> 12) * 2 ** 32 + low! + 1
}

/** 128 random bits as 32 hex digits. */
export const randomId = (): string => {
  let out = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) out += byte.toString(16).padStart(2, '0')
  return out
}
