import { UserError } from '../../errors/user-error.ts'
import { OpenAIChatModel } from '../openai/chat/model.ts'
import { OpenAIResponsesModel, type OpenAIModelOptions } from '../openai/responses/model.ts'
import { resolveProfile } from '../profile.ts'
import type { BedrockMantleInterface } from './facts.ts'
import type { BedrockMantleModelName } from './names.ts'
import { bedrockMantleModelProfile } from './profiles.ts'
import { BedrockMantleProvider } from './provider.ts'

export interface BedrockMantleModelOptions extends Omit<OpenAIModelOptions, 'provider'> {
  /** Default: a provider made from the environment, shared by all models that name none. */
  readonly provider?: BedrockMantleProvider
}

let sharedProvider: BedrockMantleProvider | undefined

/** A model that Mantle serves by the Responses API: all of OpenAI's but gpt-oss-safeguard.
 *
 *  @example new BedrockMantleResponsesModel('openai.gpt-5.5', { provider: new BedrockMantleProvider({ region: 'us-east-1' }) }) */
export class BedrockMantleResponsesModel extends OpenAIResponsesModel {
  /** @throws {UserError} for a model of another vendor, or one served by the Chat API */
  constructor(modelName: BedrockMantleModelName, options: BedrockMantleModelOptions = {}) {
    super(modelName, withHost(modelName, options, ['responses', 'openai-responses']))
  }
}

/** A model that Mantle serves by the Chat API: gpt-oss-safeguard. */
export class BedrockMantleChatModel extends OpenAIChatModel {
  /** @throws {UserError} for a model of another vendor, or one served by the Responses API */
  constructor(modelName: BedrockMantleModelName, options: BedrockMantleModelOptions = {}) {
    super(modelName, withHost(modelName, options, ['chat']))
  }
}

/** The model in the class of the API that serves it.
 *
 *  @example const model = bedrockMantleModel('openai.gpt-oss-120b', { settings: { openaiReasoningEffort: 'low' } }) */
export function bedrockMantleModel(
  modelName: BedrockMantleModelName,
  options: BedrockMantleModelOptions = {},
): BedrockMantleResponsesModel | BedrockMantleChatModel {
  return interfaceOf(modelName, options) === 'chat'
    ? new BedrockMantleChatModel(modelName, options)
    : new BedrockMantleResponsesModel(modelName, options)
}

function withHost(
  modelName: string,
  options: BedrockMantleModelOptions,
  allowed: readonly BedrockMantleInterface[],
): OpenAIModelOptions {
  const served = interfaceOf(modelName, options)
  if (!allowed.includes(served)) {
    const right = served === 'chat' ? 'BedrockMantleChatModel' : 'BedrockMantleResponsesModel'
    throw new UserError(
      `Bedrock Mantle serves \`${modelName}\` by its interface '${served}': use ${right}, or bedrockMantleModel() for either.`,
    )
  }
  const provider = options.provider ?? (sharedProvider ??= new BedrockMantleProvider())
  return { ...options, provider: provider.hostFor(served) }
}

function interfaceOf(modelName: string, { profile }: BedrockMantleModelOptions): BedrockMantleInterface {
  const { bedrockMantleInterface: served } = resolveProfile(bedrockMantleModelProfile(modelName), profile)
  return served ?? 'openai-responses'
}
