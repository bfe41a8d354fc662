import { MissingPackageError } from '../../errors/user-error.ts'

export type BedrockSdk = typeof import('@aws-sdk/client-bedrock-runtime')

let loading: Promise<BedrockSdk> | undefined

/** The AWS SDK, loaded when it is first needed.
 *  @throws {MissingPackageError} */
export function loadSdk(): Promise<BedrockSdk> {
  return (loading ??= import('@aws-sdk/client-bedrock-runtime').catch((error: unknown) => {
    loading = undefined
    throw new MissingPackageError('@aws-sdk/client-bedrock-runtime', 'Bedrock models', { cause: error })
  }))
}
