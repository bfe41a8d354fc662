import { credentialsError } from './errors.ts'

type Source = (options?: Record<string, unknown>) => Promise<unknown>

/** The part of a client's configuration that says who asks. */
interface Identified {
  readonly credentials: Source
  /** Absent where the SDK looks for one by itself. */
  readonly token?: unknown
}

/** Lets an error say that it was the credentials that failed. The services that hand them out (STS, SSO, a vault) refuse and time
 *  out just as Bedrock does, and nothing tells one from the other later. Goes around what the SDK keeps until it expires, so nothing
 *  is fetched more often. */
export function nameCredentialFailures(config: Identified): void {
  const { credentials, token } = config
  Object.assign(config, {
    credentials: named(credentials),
    ...(typeof token === 'function' && { token: named(token as Source) }),
  })
}

function named(source: Source): Source {
  const outer: Source = options => source(options).catch(fail)
  // its marks, too: without them the SDK would keep and bind it a second time
  return Object.assign(outer, source, { attributed: true })
}

function fail(cause: unknown): never {
  throw credentialsError(cause)
}
