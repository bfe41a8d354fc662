import { describe, expect, it } from 'vitest'
import { UserError } from '../../../errors/user-error.ts'
import type { ModelSettings } from '../../settings.ts'
import { BedrockConverseModel } from '../model.ts'
import { thinkingFields } from '../thinking.ts'

const fields = (model: string, thinking: NonNullable<ModelSettings['thinking']>, settings: ModelSettings = {}) =>
  thinkingFields(thinking, new BedrockConverseModel(model).profile, settings)

describe('thinking in the words of each family', () => {
  it.each([
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', true, { thinking: { type: 'enabled', budget_tokens: 10_000 } }],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'minimal', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', false, { thinking: { type: 'disabled' } }],
    ['us.anthropic.claude-sonnet-4-6', true, { thinking: { type: 'adaptive' } }],
    ['us.anthropic.claude-sonnet-4-6', 'xhigh', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }],
    ['us.anthropic.claude-opus-4-8', 'xhigh', { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }],
    ['us.anthropic.claude-sonnet-4-6', false, { thinking: { type: 'disabled' } }],
    ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', true, {}],
    ['anthropic.claude-v2:1', false, {}],
    ['us.anthropic.claude-mythos-preview', 'low', { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } }],
    ['openai.gpt-oss-120b-1:0', 'minimal', { reasoning_effort: 'low' }],
    ['openai.gpt-oss-120b-1:0', 'high', { reasoning_effort: 'high' }],
    ['qwen.qwen3-32b-v1:0', 'medium', { reasoning_config: 'high' }],
    ['zai.glm-5', 'medium', { reasoning_config: 'medium' }],
    ['zai.glm-4.7', false, {}],
    ['moonshotai.kimi-k2.5', true, { reasoning_config: 'high' }],
    ['us.amazon.nova-2-lite-v1:0', 'high', { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } }],
    ['us.amazon.nova-2-lite-v1:0', false, { reasoningConfig: { type: 'disabled' } }],
    ['us.amazon.nova-pro-v1:0', 'high', {}],
  ] as const)('%s, thinking: %s', (model, thinking, expected) => {
    expect(fields(model, thinking)).toEqual(expected)
  })

  it('Nova 2 thinks less hard where a limit is set, which it does not take beside `high`', () => {
    const effort = (settings: ModelSettings) =>
      fields('us.amazon.nova-2-lite-v1:0', 'xhigh', settings)['reasoningConfig']
    expect(effort({})).toMatchObject({ maxReasoningEffort: 'high' })
    expect(effort({ maxTokens: 100 })).toMatchObject({ maxReasoningEffort: 'medium' })
    expect(effort({ temperature: 0 })).toMatchObject({ maxReasoningEffort: 'medium' })
  })

  it('the budget leaves room below maxTokens, and too few tokens are refused', () => {
    const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
    for (const maxTokens of [1025, 1100, 1500, 5000, 10_000, 10_001]) {
      const { budget_tokens } = fields(claude, true, { maxTokens })['thinking'] as { budget_tokens: number }
      expect(budget_tokens).toBeLessThan(maxTokens)
      expect(budget_tokens).toBeGreaterThanOrEqual(1024)
    }
    expect(() => fields(claude, 'low', { maxTokens: 1024 })).toThrow(UserError)
  })
})
