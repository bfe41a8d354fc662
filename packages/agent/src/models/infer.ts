import { UserError } from '../errors/user-error.ts'
import { didYouMean } from './did-you-mean.ts'

export interface ParsedModelId {
  readonly provider: string
  /** Everything behind the first colon: names may hold colons themselves. */
  readonly modelName: string
}

/** Splits `provider:name`.
 *  @throws {UserError} without a provider, or for one that is not known; it names the one that was probably meant
 *
 *  @example parseModelId('bedrock:amazon.nova-lite-v1:0', ['bedrock']) // { provider: 'bedrock', modelName: 'amazon.nova-lite-v1:0' } */
export function parseModelId(modelId: string, knownProviders: readonly string[]): ParsedModelId {
  const colon = modelId.indexOf(':')
  const provider = colon < 0 ? modelId : modelId.slice(0, colon)
  const modelName = colon < 0 ? '' : modelId.slice(colon + 1)
  if (colon >= 0 && modelName !== '' && knownProviders.includes(provider)) return { provider, modelName }

  const known = knownProviders.map(name => `\`${name}\``).join(', ')
  if (knownProviders.includes(provider)) {
    throw new UserError(`The model \`${modelId}\` has no name. Write \`${provider}:<name>\`.`)
  }
  const meant = didYouMean(provider, knownProviders)
  const hint =
    meant === undefined ? '' : ` Did you mean \`${modelName === '' ? `${meant}:<name>` : `${meant}:${modelName}`}\`?`
  throw new UserError(
    colon < 0
      ? `The model \`${modelId}\` has no provider. Write \`<provider>:<name>\`; the providers are ${known}.${hint}`
      : `There is no provider \`${provider}\` (model \`${modelId}\`). The providers are ${known}.${hint}`,
  )
}
