import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/user-error.ts'
import { BedrockConverseModel } from './model.ts'
import { parseModelId } from './model-id.ts'
import { LatestBedrockModelNames } from './names.ts'
import { bedrockModelProfile } from './profiles.ts'

describe('parseModelId', () => {
  it.each<readonly [string, object]>([
    [
      'anthropic.claude-sonnet-4-6',
      { vendor: 'anthropic', name: 'claude-sonnet-4-6', baseId: 'anthropic.claude-sonnet-4-6' },
    ],
    ...['us', 'eu', 'apac', 'jp', 'au', 'ca', 'global', 'us-gov'].map(
      geo =>
        [
          `${geo}.amazon.nova-pro-v1:0`,
          { geo, vendor: 'amazon', name: 'nova-pro', baseId: 'amazon.nova-pro-v1:0' },
        ] as const,
    ),
    ['arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0', { vendor: 'amazon', name: 'nova-pro' }],
    [
      'arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/us-gov.anthropic.claude-3-haiku-20240307-v1:0',
      { geo: 'us-gov', vendor: 'anthropic' },
    ],
    [
      'arn:aws:bedrock:us-east-1:1:default-prompt-router/anthropic.claude:1',
      { vendor: 'anthropic', name: 'claude-3-haiku-20240307' },
    ],
    [
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc',
      { arn: { resource: 'application-inference-profile', region: 'us-east-1' } },
    ],
    [
      'narnia.anthropic.claude-x',
      { geo: 'narnia', vendor: 'anthropic', name: 'claude-x', baseId: 'anthropic.claude-x' },
    ],
    ['narnia.acme.tps-1', { vendor: 'narnia', name: 'acme.tps-1' }],
    ['anthropic.amazon.tps-1', { vendor: 'anthropic', name: 'amazon.tps-1' }],
    [
      'arn:aws:bedrock:us-east-1:1:inference-profile/us.amazon.nova-pro-v1:0',
      { geo: 'us', vendor: 'amazon', name: 'nova-pro', baseId: 'amazon.nova-pro-v1:0' },
    ],
    ['my-model', { baseId: 'my-model' }],
    ['__proto__.constructor', { vendor: '__proto__', name: 'constructor' }],
  ])('R46: %s', (id, expected) => expect(parseModelId(id)).toMatchObject(expected))

  it.each(['my-model', 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc'])('%s hides its vendor', id =>
    expect(parseModelId(id).vendor).toBeUndefined(),
  )
})

describe('profiles', () => {
  it("a router of AWS's own has what all models behind it take", () => {
    const router = (name: string) => bedrockModelProfile(`arn:aws:bedrock:us-east-1:1:default-prompt-router/${name}`)
    expect(router('anthropic.claude:1')).toMatchObject({
      bedrockSampling: 'free',
      bedrockSupportsAdaptiveThinking: false,
      supportsJsonSchemaOutput: false,
    })
    expect(router('meta.llama:1')).toEqual(bedrockModelProfile('meta.llama3-1-8b-instruct-v1:0'))
    expect(router('amazon.nova:1')).toEqual(bedrockModelProfile('amazon.nova-lite-v1:0'))
  })

  it('every known name has a family', () => {
    for (const name of LatestBedrockModelNames) {
      expect(Object.keys(bedrockModelProfile(name)).length, name).toBeGreaterThanOrEqual(1)
      expect(() => new BedrockConverseModel(name)).not.toThrow()
    }
  })

  it('R52: a newer Claude gets what the newest known one has, an unknown vendor what every family takes', () => {
    const future = new BedrockConverseModel('us.anthropic.claude-sonnet-7-20280101-v1:0').profile
    expect(future).toMatchObject({
      bedrockSupportsAdaptiveThinking: true,
      bedrockSupportsToolChoice: true,
      bedrockSupportsPromptCaching: true,
    })
    const unknown = new BedrockConverseModel('initech.tps-1').profile
    expect(unknown).toMatchObject({
      bedrockSupportsToolChoice: false,
      bedrockSupportsPromptCaching: false,
      bedrockSupportsLeadingAssistantMessage: false,
    })
  })

  it.each(['__proto__.x', 'constructor.prototype', 'toString.valueOf'])('a hostile name is just unknown: %s', name => {
    expect(new BedrockConverseModel(name).profile.bedrockSupportsToolChoice).toBe(false)
  })

  it('facts can be corrected by key or by function', () => {
    const byKey = new BedrockConverseModel('meta.llama3-8b-instruct-v1:0', {
      profile: { bedrockSupportsToolChoice: true },
    })
    expect(byKey.profile.bedrockSupportsToolChoice).toBe(true)
    const byFunction = new BedrockConverseModel('meta.llama3-8b-instruct-v1:0', {
      profile: known => ({ ...known, supportsTools: false }),
    })
    expect(byFunction.profile.supportsTools).toBe(false)
  })

  it('a model of OpenAI that Converse did not serve is refused, with the way round', () => {
    expect(() => new BedrockConverseModel('openai.gpt-5.4')).toThrow(UserError)
    expect(
      () => new BedrockConverseModel('openai.gpt-5.4', { profile: { bedrockSupportedOnConverse: true } }),
    ).not.toThrow()
  })
})
