import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { UsageLimitExceeded } from '../errors/run-error.ts'
import { addUsage } from './add-usage.ts'
import {
  checkBeforeRequest,
  checkBeforeToolCalls,
  checkRequestTokens,
  checkTokens,
  hasTokenLimits,
} from './check-limits.ts'
import { costOf } from './cost.ts'
import { addDecimals, multiplyDecimal } from './decimal.ts'
import { RunUsage } from './run-usage.ts'
import { cacheHitRatio, emptyUsage, requestUsage, totalTokens } from './usage.ts'

function caught(run: () => void): UsageLimitExceeded {
  try {
    run()
  } catch (error) {
    if (UsageLimitExceeded.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('decimals', () => {
  it('add without a trace of floating point', () => {
    expect(addDecimals('0.1', '0.2')).toBe('0.3')
    expect(addDecimals('0.10', '0.2')).toBe('0.30')
    expect(addDecimals('1E-7', '2')).toBe('2.0000001')
    expect(addDecimals('1.5e2', '-0.25')).toBe('149.75')
    expect(addDecimals('12345678901234567890', '0.00000000000000000001')).toBe(
      '12345678901234567890.00000000000000000001',
    )
  })

  it('survive nonsense', () => {
    expect(addDecimals('1', 'abc')).toBe('1')
    expect(addDecimals('', 'NaN')).toBe('0')
    expect(addDecimals('1e-999', '1')).toBe('1')
  })

  it('equal integer arithmetic', () => {
    const cents = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
    const print = (n: bigint): string =>
      `${n < 0n ? '-' : ''}${String(n < 0n ? -n : n)
        .padStart(7, '0')
        .replace(/(\d{6})$/, '.$1')}`
    fc.assert(
      fc.property(cents, cents, (a, b) => addDecimals(print(a), print(b)) === print(a + b)),
      runs(),
    )
  })
})

describe('usage', () => {
  const one = requestUsage({
    inputTokens: 3,
    outputTokens: 2,
    details: { reasoning: 1 },
    cost: '0.1',
    extra: { seen: 1, note: 'a' },
  })
  const two = requestUsage({
    inputTokens: 10,
    cacheReadTokens: 5,
    details: { reasoning: 2, other: 7 },
    extra: { seen: 2, note: 'b', more: 1 },
  })

  it('adds every counter, also unknown ones', () => {
    expect(addUsage(one, two)).toEqual({
      ...emptyUsage,
      inputTokens: 13,
      outputTokens: 2,
      cacheReadTokens: 5,
      details: { reasoning: 3, other: 7 },
      cost: '0.1',
      extra: { seen: 3, note: 'a', more: 1 },
    })
    expect(totalTokens(one)).toBe(5)
    expect(cacheHitRatio(two)).toBe(0.5)
    expect(cacheHitRatio(emptyUsage)).toBe(0)
  })

  it('takes hostile counter names as data', () => {
    const hostile = requestUsage({
      details: JSON.parse('{"__proto__": 4, "constructor": 1}') as Record<string, number>,
    })
    const sum = addUsage(hostile, hostile)
    expect(Object.entries(sum.details)).toEqual([
      ['__proto__', 8],
      ['constructor', 2],
    ])
    const usage = new RunUsage().add(hostile).add(hostile)
    expect(JSON.stringify(usage.toJSON().details)).toBe('{"__proto__":8,"constructor":2}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('accumulates over a run and says when the cost is whole', () => {
    const usage = new RunUsage()
    usage.requests += 1
    usage.add(one)
    expect(usage.costUsd).toBe(0.1)
    usage.add({ ...one, cost: '0.2' })
    expect(usage.cost).toBe('0.3')
    expect(usage.costUsd).toBe(0.3)
    const before = usage.snapshot()
    usage.add(two)
    expect(usage.costUsd).toBeUndefined()
    expect(usage.cost).toBe('0.3')
    expect(before).toMatchObject({ inputTokens: 6, requests: 1, details: { reasoning: 2 } })
    expect(JSON.parse(JSON.stringify(usage))).toEqual({
      ...emptyUsage,
      requests: 1,
      toolCalls: 0,
      inputTokens: 16,
      outputTokens: 4,
      cacheReadTokens: 5,
      details: { reasoning: 4, other: 7 },
      cost: '0.3',
      extra: { seen: 4, note: 'a', more: 1 },
    })
    expect(new RunUsage(usage.snapshot()).toJSON()).toEqual(usage.toJSON())
  })
})

describe('limits', () => {
  const used = { ...requestUsage({ inputTokens: 10, outputTokens: 5, cost: '0.50' }), requests: 2, toolCalls: 1 }

  it('let through what is exactly at the limit', () => {
    const limits = { requestLimit: 3, inputTokensLimit: 10, outputTokensLimit: 5, totalTokensLimit: 15, costLimit: 0.5 }
    expect(() => checkBeforeRequest(used, limits)).not.toThrow()
    expect(() => checkTokens(used, limits)).not.toThrow()
    expect(() => checkBeforeToolCalls(used, { toolCallsLimit: 3 }, 2)).not.toThrow()
    expect(() => checkRequestTokens(used, { perRequestInputTokensLimit: 10 })).not.toThrow()
    expect(() => checkTokens(used, {})).not.toThrow()
  })

  it('allow 50 requests unless told otherwise', () => {
    expect(() => checkBeforeRequest({ ...used, requests: 49 }, {})).not.toThrow()
    expect(caught(() => checkBeforeRequest({ ...used, requests: 50 }, {}))).toMatchObject({ max: 50, value: 51 })
    expect(() => checkBeforeRequest({ ...used, requests: 5000 }, { requestLimit: null })).not.toThrow()
  })

  it('name the limit, the value and the setting', () => {
    const errors = [
      caught(() => checkBeforeRequest(used, { requestLimit: 2 })),
      caught(() => checkTokens(used, { inputTokensLimit: 9 })),
      caught(() => checkTokens(used, { outputTokensLimit: 4 })),
      caught(() => checkTokens(used, { totalTokensLimit: 14 })),
      caught(() => checkTokens(used, { costLimit: 0.49 })),
      caught(() => checkRequestTokens(used, { perRequestInputTokensLimit: 9 })),
      caught(() => checkBeforeToolCalls(used, { toolCallsLimit: 1 }, 1)),
      caught(() => checkBeforeToolCalls(used, { toolCallsLimit: 2 }, 3)),
    ]
    expect(errors.map(error => error.message)).toMatchInlineSnapshot(`
      [
        "The next model request would be number 3 of the run, over \`requestLimit\` (2). Raise \`usageLimits.requestLimit\` if that is intended.",
        "The run used 10 input tokens, over \`inputTokensLimit\` (9). Raise \`usageLimits.inputTokensLimit\` if that is intended.",
        "The run used 5 output tokens, over \`outputTokensLimit\` (4). Raise \`usageLimits.outputTokensLimit\` if that is intended.",
        "The run used 15 tokens, over \`totalTokensLimit\` (14). Raise \`usageLimits.totalTokensLimit\` if that is intended.",
        "The run used 0.5 US dollars, over \`costLimit\` (0.49). Raise \`usageLimits.costLimit\` if that is intended.",
        "A model request has 10 input tokens, over \`perRequestInputTokensLimit\` (9). Raise \`usageLimits.perRequestInputTokensLimit\` if that is intended.",
        "The next tool call would make 2 in this run, over \`toolCallsLimit\` (1). Raise \`usageLimits.toolCallsLimit\` if that is intended.",
        "The next 3 tool calls would make 4 in this run, over \`toolCallsLimit\` (2). Raise \`usageLimits.toolCallsLimit\` if that is intended.",
      ]
    `)
    expect(errors.map(({ limit, max, value }) => [limit, max, value])).toEqual([
      ['requestLimit', 2, 3],
      ['inputTokensLimit', 9, 10],
      ['outputTokensLimit', 4, 5],
      ['totalTokensLimit', 14, 15],
      ['costLimit', 0.49, 0.5],
      ['perRequestInputTokensLimit', 9, 10],
      ['toolCallsLimit', 1, 2],
      ['toolCallsLimit', 2, 4],
    ])
  })

  it('stop the next request when tokens or cost are past their limit already', () => {
    expect(caught(() => checkBeforeRequest(used, { totalTokensLimit: 1 })).limit).toBe('totalTokensLimit')
    expect(hasTokenLimits({ requestLimit: 1, toolCallsLimit: 1 })).toBe(false)
    expect(hasTokenLimits({ costLimit: 1 })).toBe(true)
  })
})

describe('cost', () => {
  const price = {
    inputPerMillion: '3',
    outputPerMillion: '15',
    cacheReadPerMillion: '0.3',
    cacheWritePerMillion: '3.75',
  }

  it('charges every token once', () => {
    const usage = requestUsage({
      inputTokens: 1_000_000,
      cacheReadTokens: 400_000,
      cacheWriteTokens: 100_000,
      outputTokens: 10,
    })
    expect(costOf(usage, price)).toBe('1.99515')
    expect(costOf(emptyUsage, price)).toBe('0')
    expect(
      costOf(requestUsage({ inputTokens: 7, cacheReadTokens: 7 }), { inputPerMillion: '1', outputPerMillion: '1' }),
    ).toBe('0.000007')
  })

  it('charges audio at its own price where there is one', () => {
    const usage = requestUsage({
      inputTokens: 100,
      inputAudioTokens: 60,
      cacheReadTokens: 30,
      cacheAudioReadTokens: 20,
      outputTokens: 50,
      outputAudioTokens: 50,
    })
    const audio = {
      ...price,
      inputAudioPerMillion: '100',
      cacheAudioReadPerMillion: '10',
      outputAudioPerMillion: '200',
    }
    // 30 text, 40 audio, 10 cached text, 20 cached audio, 50 audio out
    expect(costOf(usage, audio)).toBe('0.014293')
  })

  it('is unknown when a price is no number', () => {
    expect(costOf(requestUsage({ inputTokens: 1 }), { inputPerMillion: 'free', outputPerMillion: '0' })).toBeUndefined()
    expect(multiplyDecimal('0.1', 3, 0)).toBe('0.3')
  })
})
