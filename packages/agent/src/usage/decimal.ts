/** A decimal number exactly: `digits` × 10^-`scale`. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** More than any price needs; guards against a stored `1e-999999999`. */
const maxScale = 60

/** `undefined` when the text is not a decimal number, or one out of all proportion. */
function parse(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d{1,60})(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim())
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > maxScale) return undefined
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

function print({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  return scale === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** Whether the text is a decimal number this file can add. */
export function isDecimal(text: string): boolean {
  return parse(text) !== undefined
}

/** Adds two decimal numbers exactly. Keeps as many places as the longer one has.
 *  A text that is no number counts as nothing.
 *
 *  @example addDecimals('0.1', '0.02') // '0.12' */
export function addDecimals(left: string, right: string): string {
  const a = parse(left)
  const b = parse(right)
  if (a === undefined) return b === undefined ? '0' : print(b)
  if (b === undefined) return print(a)
  const scale = Math.max(a.scale, b.scale)
  return print({ digits: shift(a, scale) + shift(b, scale), scale })
}

/** `count` × `price` ÷ 10^`places`, exactly, without trailing zeros; `undefined` when the price is no number. */
export function multiplyDecimal(price: string, count: number, places: number): string | undefined {
  const parsed = parse(price)
  if (parsed === undefined || !Number.isSafeInteger(count)) return undefined
  return trim(print({ digits: parsed.digits * BigInt(count), scale: parsed.scale + places }))
}

function shift({ digits, scale }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - scale)
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
