import { describe, expect, it } from 'vitest'
import { classifyAddress, classifyHostname } from './address-policy.ts'
import { parseIp } from './ip-address.ts'

const metadata = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '169.254.42.42',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd00:42::42',
  'fd20:ce::254',
]
const local = `
  0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1
  172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255
  198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
  :: ::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 100::1 2001:db8::1 3fff::1 5f00::1 64:ff9b:1::1
  4000::1 8000::1 e000::1`
  .trim()
  .split(/\s+/)
const open = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '126.255.255.255',
  '128.0.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '192.169.0.1',
  '198.17.255.255',
  '198.20.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450::1',
]

/** IPv6 forms that carry an IPv4 address. */
const disguises: Record<string, (v4: readonly number[]) => string> = {
  mapped: v4 => `::ffff:${v4.join('.')}`,
  translated: v4 => `::ffff:0:${v4.join('.')}`,
  compatible: v4 => `::${v4.join('.')}`,
  NAT64: v4 => `64:ff9b::${v4.join('.')}`,
  '6to4': v4 => `2002:${pair(v4[0]!, v4[1]!)}:${pair(v4[2]!, v4[3]!)}::1`,
  Teredo: v4 => `2001:0:1:2:3:4:${pair(v4[0]! ^ 255, v4[1]! ^ 255)}:${pair(v4[2]! ^ 255, v4[3]! ^ 255)}`,
  ISATAP: v4 => `2a00::5efe:${v4.join('.')}`,
  'ISATAP, universal': v4 => `2a00::200:5efe:${v4.join('.')}`,
}

function pair(high: number, low: number): string {
  return ((high << 8) | low).toString(16)
}

describe('classifyAddress', () => {
  it.each(metadata)('%s is a metadata service', address => expect(classifyAddress(parseIp(address)!)).toBe('metadata'))
  it.each(local)('%s is not public', address => expect(classifyAddress(parseIp(address)!)).toBe('private'))
  it.each(open)('%s is public', address => expect(classifyAddress(parseIp(address)!)).toBe('public'))

  describe.each(Object.entries(disguises))('looks through %s', (_, disguise) => {
    it.each(metadata.filter(address => !address.includes(':')))('%s', address =>
      expect(classifyAddress(parseIp(disguise(parseIp(address)!))!)).toBe('metadata'),
    )
    it.each(['127.0.0.1', '10.0.0.1', '192.168.1.1', '172.16.0.1', '0.0.0.0'])('%s', address =>
      expect(classifyAddress(parseIp(disguise(parseIp(address)!))!)).toBe('private'),
    )
  })

  it('a public address stays public behind NAT64 and 6to4', () => {
    expect(classifyAddress(parseIp('64:ff9b::8.8.8.8')!)).toBe('public')
    expect(classifyAddress(parseIp('2002:808:808::1')!)).toBe('public')
    expect(classifyAddress(parseIp('::ffff:8.8.8.8')!)).toBe('public')
  })
})

describe('classifyHostname', () => {
  it.each([
    ['localhost', 'private'],
    ['LOCALHOST.', 'private'],
    ['a.localhost', 'private'],
    ['metadata.google.internal', 'metadata'],
    ['metadata.google.internal.', 'metadata'],
    ['[::1]', 'private'],
    ['example.com', undefined],
  ])('%s: %s', (name, expected) => expect(classifyHostname(name)).toBe(expected))

  // the URL parser reads the odd spellings of IPv4, so they must be asked for after parsing
  it.each([
    'http://0x7f.1/',
    'http://2130706433/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::ffff:7f00:1]/',
    'http://１２７.0.0.1/',
  ])('%s', url => expect(classifyHostname(new URL(url).hostname)).toBe('private'))
})
