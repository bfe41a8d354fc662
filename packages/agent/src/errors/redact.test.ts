import { describe, expect, it } from 'vitest'
import { redactSecrets } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'
import { UserError } from './user-error.ts'

describe('redactSecrets', () => {
  it.each([
    ['GET https://me:pa$$@host.example/x failed', 'GET https://[redacted]@host.example/x failed'],
    ['proxy http://token@proxy:8080', 'proxy http://[redacted]@proxy:8080'],
    ['Authorization: Bearer abcdefghijklmnop.qrs', 'Authorization: Bearer [redacted]'],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"Basic [redacted]"}'],
    ['{"x-api-key": "abcd1234"}', '{"x-api-key": "[redacted]"}'],
    ['api_key=abcd1234&model=x', 'api_key=[redacted]&model=x'],
    ['https://h/x?key=abcd&alt=sse', 'https://h/x?key=[redacted]&alt=sse'],
    ['https://h/?X-Amz-Signature=00ff', 'https://h/?X-Amz-Signature=[redacted]'],
    ['Incorrect key sk-proj-abcdefghijklmnop given', 'Incorrect key [redacted] given'],
    ['AKIAIOSFODNN7EXAMPLE is unknown', '[redacted] is unknown'],
  ])('%s', (text, expected) => {
    expect(redactSecrets(text)).toBe(expected)
    expect(redactSecrets(expected)).toBe(expected)
    expect(new UserError(text).message).toBe(expected)
  })

  it.each([
    'Basic authentication and Bearer tokens are supported.',
    'mail me@example.com about https://example.com/a@b',
    'The tool `password_reset` is defined twice.',
    'desk-lamps-are-fine',
  ])('leaves alone: %s', text => {
    expect(redactSecrets(text)).toBe(text)
  })

  it('stays fast on long hostile text', () => {
    for (const piece of ['http://', 'a:', 'password=', 'Bearer ', '"authorization" ', '?key=', 'sk-']) {
      expect(redactSecrets(piece.repeat(20_000)).length).toBeGreaterThan(0)
    }
  })
})

describe('retryAfterMs', () => {
  it('reads seconds, milliseconds and dates', () => {
    expect(retryAfterMs({ 'retry-after': '3' })).toBe(3000)
    expect(retryAfterMs({ 'retry-after': '3', 'retry-after-ms': '250' })).toBe(250)
    const date = 'Wed, 21 Oct 2026 07:28:10 GMT'
    expect(retryAfterMs({ 'retry-after': date, date: 'Wed, 21 Oct 2026 07:28:00 GMT' })).toBe(10_000)
    expect(retryAfterMs({ 'retry-after': date }, Date.parse('2026-10-21T07:28:09Z'))).toBe(1000)
    expect(retryAfterMs({ 'retry-after': date }, Date.parse('2027-01-01T00:00:00Z'))).toBe(0)
  })

  it('ignores what it cannot read', () => {
    expect(retryAfterMs({})).toBeUndefined()
    expect(retryAfterMs({ 'retry-after': 'soon' })).toBeUndefined()
    expect(retryAfterMs({ 'retry-after': `${'9'.repeat(400)}` })).toBeUndefined()
  })
})
