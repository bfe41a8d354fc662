import { MissingPackageError } from '../../errors/user-error.ts'

export type OpenAISdk = typeof import('openai')

let loading: Promise<OpenAISdk> | undefined

/** OpenAI's SDK, loaded when it is first needed.
 *  @throws {MissingPackageError} */
export function loadSdk(): Promise<OpenAISdk> {
  return (loading ??= import('openai').catch((error: unknown) => {
    loading = undefined
    throw new MissingPackageError('openai', 'OpenAI models', { cause: error })
  }))
}
