/** An address as bytes: 4 for IPv4, 16 for IPv6. */
export type IpBytes = readonly number[]

/** Reads a literal address, IPv6 with or without brackets and zone. `undefined`: it is a name.
 *  IPv4 in its odd spellings (octal, hexadecimal, one number) is what the URL parser makes of it, so parse the URL first. */
export function parseIp(text: string): IpBytes | undefined {
  const plain = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  return plain.includes(':') ? parseIpv6(plain) : parseIpv4(plain)
}

function parseIpv4(text: string): IpBytes | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined
  const bytes = text.split('.').map(Number)
  return bytes.every(byte => byte <= 255) ? bytes : undefined
}

function parseIpv6(text: string): IpBytes | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const v4 = tail === null ? undefined : parseIpv4(tail[2]!)
  if (tail !== null && v4 === undefined) return undefined
  const groups = v4 === undefined ? text : `${tail![1]}${hex(v4[0]!, v4[1]!)}:${hex(v4[2]!, v4[3]!)}`
  const halves = groups.split('::')
  if (halves.length > 2) return undefined
  const [head = [], rest = []] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - rest.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...rest]
  if (!all.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return all.flatMap(group => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

function hex(high: number, low: number): string {
  return ((high << 8) | low).toString(16)
}

/** Whether an address lies in `prefix/bits`. Addresses of the other family never do. */
export function isInRange(address: IpBytes, prefix: IpBytes, bits: number): boolean {
  if (address.length !== prefix.length) return false
  for (let index = 0; index * 8 < bits; index++) {
    const mask = (0xff00 >> Math.min(8, bits - index * 8)) & 0xff
    if ((address[index]! & mask) !== (prefix[index]! & mask)) return false
  }
  return true
}
