import { UserError } from '../errors/user-error.ts'

/** An empty key is a variable or a secret that is not there: without an error the keys of the host would be used in its place. */
export function checkApiKey(apiKey: unknown): void {
  if (typeof apiKey === 'string' && apiKey.trim() === '') {
    throw new UserError('`apiKey` is empty. Pass a Bedrock API key, or leave it out to use what the environment holds.')
  }
}
