import { describe, expect, it } from 'vitest'
import { mapError } from './errors.ts'
import { suggestModel } from './suggest-model.ts'

describe('suggestModel', () => {
  it.each([
    ['us.anthropic.claude-sonnet-4-5', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['anthropic.claude-3-7-sonet-20250219-v1:0', 'anthropic.claude-3-7-sonnet-20250219-v1:0'],
    ['us.amazon.nova-prp-v1:0', 'us.amazon.nova-pro-v1:0'],
    ['us.amazon.nova-pro-v1:0', undefined],
    ['my-model', undefined],
  ])('%s: %s', (name, suggestion) => expect(suggestModel(name)).toBe(suggestion))

  it('finds the vendor and a profile for a bare name', () => {
    expect(suggestModel('claude-sonnet-4-5')).toMatch(/^(global|us)\.anthropic\.claude-sonnet-4-5-\d+-v1:0$/)
  })

  it('a right name of another geography gets that as the reason', () => {
    const refusal = {
      name: 'ValidationException',
      message: 'The provided model identifier is invalid.',
      $metadata: { httpStatusCode: 400 },
    }
    const { message } = mapError(refusal, { modelName: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' })
    expect(message).toContain('Regions of that geography')
    expect(message).not.toContain('Did you mean')
  })
})
