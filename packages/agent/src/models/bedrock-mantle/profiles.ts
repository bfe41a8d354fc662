import { UserError } from '../../errors/user-error.ts'
import type { ModelProfile } from '../profile.ts'
import { openaiModelProfile } from '../openai/profiles.ts'
import type { BedrockMantleInterface } from './facts.ts'

/** Beginnings of names below `openai.`; the first that fits decides. */
const interfaces: readonly (readonly [prefix: string, served: BedrockMantleInterface])[] = [
  ['gpt-oss-safeguard', 'chat'],
  ['gpt-oss', 'responses'],
]

/** What is known of a model on Mantle by its name (`openai.gpt-oss-120b`).
 *  @throws {UserError} for another vendor's: Mantle serves those by an API that is not spoken here */
export function bedrockMantleModelProfile(modelName: string): Partial<ModelProfile> {
  const dot = modelName.indexOf('.')
  const name = modelName.slice(dot + 1)
  if (modelName.slice(0, Math.max(dot, 0)) !== 'openai') throw wrongVendor(modelName)
  const served = interfaces.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'openai-responses'
  return {
    ...openaiModelProfile(name),
    supportsImageOutput: false,
    supportedNativeTools: new Set(),
    bedrockMantleInterface: served,
    // seen on the wire: every response counts its calls from call_0
    openaiResponsesToolCallIdsAreResponseScoped: served === 'openai-responses',
  }
}

function wrongVendor(modelName: string): UserError {
  const hint = /^(gpt-|o\d)/.test(modelName)
    ? ` Did you mean \`openai.${modelName}\`?`
    : ' Models of other vendors are served by the provider `bedrock`.'
  return new UserError(
    `Bedrock Mantle is spoken to for models of the vendor \`openai\`, not for \`${modelName}\`.${hint}`,
  )
}
