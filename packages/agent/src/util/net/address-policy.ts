import { isInRange, parseIp, type IpBytes } from './ip-address.ts'

/** `public`: may be fetched · `private`: only when the caller allows local addresses · `metadata`: never, it gives out credentials. */
export type AddressClass = 'public' | 'private' | 'metadata'

/** Where clouds hand out credentials: AWS and most others, AWS over IPv6, ECS, EKS, Azure's public one, Alibaba, Oracle, Scaleway.
 *  @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html (read 2026-08-22) */
const metadata = ranges([
  '169.254.169.254/32',
  '169.254.170.2/32',
  '169.254.170.23/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '169.254.42.42/32',
  'fd00:ec2::254/128',
  'fd00:ec2::23/128',
  'fd00:42::42/128',
  'fd20:ce::254/128',
])

/** Not on the public internet, or not a host.
 *  @see https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry (read 2026-08-22) */
const privateRanges = ranges([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
])

/** IPv6 that carries an IPv4 address: where its four bytes stand, and whether they are inverted. */
const carriers: readonly { prefix: IpBytes; bits: number; at: number; inverted?: boolean }[] = [
  { ...range('::ffff:0:0/96'), at: 12 },
  { ...range('::ffff:0:0:0/96'), at: 12 },
  { ...range('::/96'), at: 12 },
  { ...range('64:ff9b::/96'), at: 12 },
  { ...range('2002::/16'), at: 2 },
  { ...range('2001::/32'), at: 12, inverted: true },
]

const globalUnicast = parseIp('2000::')!

/** What kind of address this is, looking through IPv6 that hides IPv4 (mapped, NAT64, 6to4, Teredo, ISATAP). */
export function classifyAddress(address: IpBytes): AddressClass {
  const inner = hiddenIpv4(address)
  if (inner !== undefined) {
    const kind = classifyAddress(inner)
    if (kind !== 'public') return kind
  }
  if (metadata.some(({ prefix, bits }) => isInRange(address, prefix, bits))) return 'metadata'
  if (inner === undefined && address.length === 16 && !isInRange(address, globalUnicast, 3)) return 'private'
  return privateRanges.some(({ prefix, bits }) => isInRange(address, prefix, bits)) ? 'private' : 'public'
}

function hiddenIpv4(address: IpBytes): IpBytes | undefined {
  if (address.length !== 16) return undefined
  const carrier = carriers.find(({ prefix, bits }) => isInRange(address, prefix, bits))
  if (carrier !== undefined) {
    const bytes = address.slice(carrier.at, carrier.at + 4)
    return carrier.inverted ? bytes.map(byte => byte ^ 0xff) : bytes
  }
  const isIsatap = address[10] === 0x5e && address[11] === 0xfe && address[9] === 0 && (address[8]! & ~2) === 0
  return isIsatap ? address.slice(12) : undefined
}

/** Names that stand for this host or for a metadata service, whatever DNS says. */
export function classifyHostname(hostname: string): AddressClass | undefined {
  const name = hostname.toLowerCase().replace(/\.$/, '')
  if (name === 'metadata.google.internal' || name === 'metadata' || name === 'instance-data') return 'metadata'
  if (name === 'localhost' || name.endsWith('.localhost')) return 'private'
  const literal = parseIp(name)
  return literal === undefined ? undefined : classifyAddress(literal)
}

function ranges(list: readonly string[]): { prefix: IpBytes; bits: number }[] {
  return list.map(range)
}

function range(text: string): { prefix: IpBytes; bits: number } {
  const [address = '', bits] = text.split('/')
  return { prefix: parseIp(address)!, bits: Number(bits) }
}
