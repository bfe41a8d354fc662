import type { ConverseRequest } from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'

/** A field of a request, and something the SDK exports since it knows that field. */
interface SdkFeature {
  readonly name: string
  readonly isUsed: (request: ConverseRequest) => boolean
  readonly export: string
}

const features: readonly SdkFeature[] = [
  {
    name: 'native structured output',
    isUsed: ({ outputConfig }) => outputConfig !== undefined,
    export: 'OutputFormatType',
  },
  {
    name: 'strict tools',
    isUsed: ({ toolConfig }) => toolConfig?.tools?.some(tool => tool.toolSpec?.strict === true) ?? false,
    export: 'OutputFormatType',
  },
  { name: 'service tiers', isUsed: ({ serviceTier }) => serviceTier !== undefined, export: 'ServiceTierType' },
  {
    name: 'tools that Bedrock runs',
    isUsed: ({ toolConfig }) => toolConfig?.tools?.some(tool => tool.systemTool !== undefined) ?? false,
    export: 'ToolUseType',
  },
]

/** The SDK leaves out, without a word, what it does not know: an old one (AWS Lambda brings its own) would change what is asked.
 *  @throws {UserError} when the request uses what this SDK has not got
 *  @see https://github.com/pydantic/pydantic-ai/issues/5580 (read 2026-08-22) */
export function checkSdkKnows(sdk: object, request: ConverseRequest): void {
  for (const { name, isUsed } of missingIn(sdk)) {
    if (!isUsed(request)) continue
    throw new UserError(
      `The installed @aws-sdk/client-bedrock-runtime is too old for ${name} and would leave it out. ` +
        'Update it; on AWS Lambda bundle it with your function.',
    )
  }
}

const missing = new WeakMap<object, readonly SdkFeature[]>()

function missingIn(sdk: object): readonly SdkFeature[] {
  let list = missing.get(sdk)
  if (list === undefined) missing.set(sdk, (list = features.filter(feature => !(feature.export in sdk))))
  return list
}
