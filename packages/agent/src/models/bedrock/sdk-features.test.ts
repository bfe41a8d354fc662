import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors/user-error.ts'
import { checkSdkKnows } from './sdk-features.ts'

const modelId = 'm'
const tool = (toolSpec: object) =>
  ({ tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} }, ...toolSpec } }] }) as never

describe('R67: an SDK that is too old', () => {
  it.each([
    [{ modelId, outputConfig: {} }, /native structured output/],
    [{ modelId, toolConfig: tool({ strict: true }) }, /strict tools/],
    [{ modelId, serviceTier: { type: 'flex' as const } }, /service tiers/],
    [{ modelId, toolConfig: { tools: [{ systemTool: { name: 'nova_grounding' } }] } }, /tools that Bedrock runs/],
  ])('%j is refused instead of being dropped', (request, message) => {
    expect(() => checkSdkKnows({}, request)).toThrow(message)
    expect(() => checkSdkKnows({}, request)).toThrow(UserError)
    expect(() => checkSdkKnows(sdk, request)).not.toThrow()
  })

  it('does for what it knows', () => {
    expect(() => checkSdkKnows({}, { modelId, toolConfig: tool({}), messages: [] })).not.toThrow()
  })
})
