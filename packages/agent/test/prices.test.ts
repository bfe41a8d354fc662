import { describe, expect, it } from 'vitest'
import { agent, failedRunOf, priceTable, requestUsage, UsageLimitExceeded } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'

const usage = requestUsage({ inputTokens: 1_000_000, outputTokens: 100_000 })
const model = new FunctionModel({
  modelName: 'priced',
  function: () => ({ parts: [{ kind: 'text', content: 'hi' }], usage }),
})
const prices = priceTable(({ modelName }) =>
  modelName === 'priced' ? { inputPerMillion: '0.1', outputPerMillion: '2' } : undefined,
)

describe('prices of an agent', () => {
  it('give every response and the run their cost', async () => {
    const { cost, response, usage: total } = await agent({ model, prices }).run('hello')
    expect(response?.usage.cost).toBe('0.3')
    expect(total.cost).toBe('0.3')
    expect(cost).toBe(0.3)
  })

  it('leave the cost unknown for a model they do not know', async () => {
    const { cost } = await agent({ model, prices: priceTable(() => undefined) }).run('hello')
    expect(cost).toBeUndefined()
  })

  it('make a limit on the cost work', async () => {
    const run = agent({ model, prices, usageLimits: { costLimit: 0.2 } }).run('hello')
    await expect(run).rejects.toThrow(UsageLimitExceeded)
  })
})

it('prices that throw end the run; the answer that was paid for is kept', async () => {
  const broken = priceTable(() => {
    throw new Error('the table is gone')
  })
  const error: unknown = await agent({ model, prices: broken })
    .run('hello')
    .catch((thrown: unknown) => thrown)
  expect(String(error)).toContain('the table is gone')
  expect(failedRunOf(error)).toMatchObject({
    usage: { requests: 1, inputTokens: 1_000_000 },
    messages: [{ kind: 'request' }, { kind: 'response', parts: [{ content: 'hi' }] }],
  })
})
