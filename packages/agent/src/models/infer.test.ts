import { describe, expect, it } from 'vitest'
import { didYouMean } from './did-you-mean.ts'
import { parseModelId } from './infer.ts'
import { resolveModel } from './providers.ts'

describe('parseModelId', () => {
  it('splits at the first colon', () => {
    expect(parseModelId('bedrock:amazon.nova-lite-v1:0', ['bedrock', 'test'])).toEqual({
      provider: 'bedrock',
      modelName: 'amazon.nova-lite-v1:0',
    })
  })

  it.each([
    [
      'berock:amazon.nova-lite-v1:0',
      'There is no provider `berock` (model `berock:amazon.nova-lite-v1:0`). The providers are `bedrock`, `test`. Did you mean `bedrock:amazon.nova-lite-v1:0`?',
    ],
    ['nova', 'The model `nova` has no provider. Write `<provider>:<name>`; the providers are `bedrock`, `test`.'],
    [
      'Bedrock',
      'The model `Bedrock` has no provider. Write `<provider>:<name>`; the providers are `bedrock`, `test`. Did you mean `bedrock:<name>`?',
    ],
    ['bedrock:', 'The model `bedrock:` has no name. Write `bedrock:<name>`.'],
    ['__proto__:x', 'There is no provider `__proto__` (model `__proto__:x`). The providers are `bedrock`, `test`.'],
  ])('says what is wrong with %s', (modelId, message) => {
    expect(() => parseModelId(modelId, ['bedrock', 'test'])).toThrow(message)
  })
})

describe('didYouMean', () => {
  it('finds the nearest name, and none when all are far', () => {
    expect(didYouMean('claude-sonet', ['claude-opus', 'claude-sonnet', 'claude-haiku'])).toBe('claude-sonnet')
    expect(didYouMean('gpt', ['claude-sonnet'])).toBeUndefined()
  })
})

describe('resolveModel', () => {
  it('makes one model per id', async () => {
    const model = await resolveModel('test')
    expect([model.modelName, model.system]).toEqual(['test', 'test'])
    expect(await resolveModel('test')).toBe(model)
    expect((await resolveModel('test:other')).modelName).toBe('other')
  })

  it('refuses an unknown provider each time', async () => {
    await expect(resolveModel('tset:x')).rejects.toThrow('Did you mean `test:x`?')
    await expect(resolveModel('tset:x')).rejects.toThrow('Did you mean `test:x`?')
  })
})
