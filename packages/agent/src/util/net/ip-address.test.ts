import { describe, expect, it } from 'vitest'
import { isInRange, parseIp } from './ip-address.ts'

describe('parseIp', () => {
  it.each([
    ['127.0.0.1', [127, 0, 0, 1]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['[fe80::1%eth0]', [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['::ffff:10.0.0.1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1]],
    ['2001:db8:1:2:3:4:5:6', [0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]],
  ])('%s', (text, bytes) => expect(parseIp(text)).toEqual(bytes))

  it.each(['example.com', '1.2.3', '1.2.3.256', '1:2', '1::2::3', '::g', '1:2:3:4:5:6:7:8:9', '::1.2.3', ''])(
    '%s is none',
    text => expect(parseIp(text)).toBeUndefined(),
  )
})

it('isInRange compares the leading bits, within one family', () => {
  expect(isInRange([10, 1, 2, 3], [10, 0, 0, 0], 8)).toBe(true)
  expect(isInRange([172, 31, 0, 1], [172, 16, 0, 0], 12)).toBe(true)
  expect(isInRange([172, 32, 0, 1], [172, 16, 0, 0], 12)).toBe(false)
  expect(isInRange([10, 1, 2, 3], parseIp('::')!, 0)).toBe(false)
})
