import { describe, expect, it } from 'vitest'
import { randomId, uuidV7 } from './ids.ts'
import { rfc3339, rfc3339FromEpoch } from './time.ts'

describe('rfc3339', () => {
  it('has six digits or none', () => {
    expect(rfc3339(0)).toBe('1970-01-01T00:00:00Z')
    expect(rfc3339(1_740_816_000_001)).toBe('2025-03-01T08:00:00.001000Z')
    expect(rfc3339(1_740_816_000_000.125)).toBe('2025-03-01T08:00:00.000125Z')
    expect(rfc3339(-1)).toBe('1969-12-31T23:59:59.999000Z')
    expect(rfc3339(999.9999)).toBe('1970-01-01T00:00:01Z')
    for (const ms of [0, 123, 1_740_816_000_001, -1]) expect(Date.parse(rfc3339(ms))).toBe(ms)
  })

  it('reads seconds and milliseconds', () => {
    expect(rfc3339FromEpoch(1_740_816_000)).toBe('2025-03-01T08:00:00Z')
    expect(rfc3339FromEpoch(1_740_816_000_500)).toBe('2025-03-01T08:00:00.500000Z')
    expect(rfc3339FromEpoch(1e300)).toBeUndefined()
    expect(rfc3339FromEpoch(NaN)).toBeUndefined()
  })
})

describe('ids', () => {
  it('are UUIDs that sort by time', () => {
    const ids = [1, 1_740_816_000_000, 1_740_816_000_001].map(uuidV7)
    expect(ids).toEqual(ids.toSorted())
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(parseInt(ids[1]!.replace('-', '').slice(0, 12), 16)).toBe(1_740_816_000_000)
    expect(new Set(Array.from({ length: 1000 }, () => uuidV7(5))).size).toBe(1000)
    expect(randomId('call_')).toMatch(/^call_[0-9a-f]{32}$/)
  })
})
