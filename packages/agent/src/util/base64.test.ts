import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { base64ToBytes, bytesToBase64, toStandardBase64, toUrlSafeBase64 } from './base64.ts'

describe('base64', () => {
  it('carries any bytes in either alphabet, with or without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), bytes => {
        const standard = bytesToBase64(bytes)
        expect(standard).toBe(Buffer.from(bytes).toString('base64'))
        const urlSafe = toUrlSafeBase64(standard)
        expect(urlSafe.replaceAll('=', '')).toBe(Buffer.from(bytes).toString('base64url'))
        for (const text of [standard, urlSafe, standard.replaceAll('=', ''), urlSafe.replaceAll('=', '')]) {
          expect(toStandardBase64(text)).toBe(standard)
          expect(base64ToBytes(text)).toEqual(bytes)
        }
      }),
      runs(),
    )
  })

  it('carries megabytes', () => {
    const bytes = new Uint8Array(3_000_001).map((_, index) => index)
    expect(Buffer.compare(base64ToBytes(bytesToBase64(bytes)), bytes)).toBe(0)
  })

  it.each(['+_', 'a', 'a b=', 'ab=c', 'a===', 'é', 'abcde=', '='])('refuses %j', text => {
    expect(() => toStandardBase64(text)).toThrow(TypeError)
  })
})
