import { MissingPackageError } from '../../errors/user-error.ts'

type Package = typeof import('@aws-sdk/client-bedrock-runtime')

/** What is used of the AWS SDK. */
export type BedrockSdk = Pick<
  Package,
  'BedrockRuntimeClient' | 'ConverseCommand' | 'ConverseStreamCommand' | 'CountTokensCommand' | 'InvokeModelCommand'
> & {
  /** All that the installed version exports: what it has not got, it does not know. */
  readonly all: object
}

let loading: Promise<BedrockSdk> | undefined

/** The AWS SDK, loaded when it is first needed.
 *  @throws {MissingPackageError} */
export function loadSdk(): Promise<BedrockSdk> {
  return (loading ??= import('@aws-sdk/client-bedrock-runtime').then(pick, (error: unknown) => {
    loading = undefined
    throw new MissingPackageError('@aws-sdk/client-bedrock-runtime', 'Bedrock models', { cause: error })
  }))
}

/** A plain object: looking a name up in a module of this size takes longer than it should. */
function pick(all: Package): BedrockSdk {
  const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand, InvokeModelCommand } = all
  return { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand, InvokeModelCommand, all }
}
