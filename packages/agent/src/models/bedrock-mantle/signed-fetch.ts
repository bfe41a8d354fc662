import { MissingPackageError, UserError } from '../../errors/user-error.ts'
import type { BedrockMantleCredentials } from './provider.ts'
import { Sha256 } from './sha256.ts'

/** Mantle has a name of its own in signatures.
 *  @see https://github.com/openai/openai-java/blob/master/bedrock.md (read 2026-11-23) */
const service = 'bedrock-mantle'

/** Headers that a signature brings itself. */
const ownHeaders = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']

export interface SignedFetchOptions {
  readonly region: string
  readonly credentials: () => Promise<BedrockMantleCredentials>
  readonly fetch: typeof globalThis.fetch
}

/** A `fetch` that signs each request with AWS Signature Version 4. Below the SDK's retries, so that each attempt is signed anew.
 *  @throws {MissingPackageError} without `@smithy/signature-v4` */
export async function createSignedFetch(options: SignedFetchOptions): Promise<typeof globalThis.fetch> {
  const { SignatureV4 } = await loadSigner()
  const { region, credentials, fetch } = options
  const signer = new SignatureV4({ region, service, credentials, sha256: Sha256 })
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const headers = new Headers(init?.headers)
    for (const name of ownHeaders) headers.delete(name)
    const signed = await signer.sign({
      method: init?.method ?? 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port !== '' && { port: Number(url.port) }),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...Object.fromEntries(headers), host: url.host },
      ...(init?.body != null && { body: textBody(init.body) }),
    })
    // `fetch` sets the host itself
    const { host: _, ...sent } = signed.headers
    // another address would need another signature
    return fetch(url, { ...init, headers: sent, redirect: 'manual' })
  }
}

function textBody(body: BodyInit): string {
  if (typeof body === 'string') return body
  throw new UserError('Requests to Bedrock Mantle are signed over their text; this one has none.')
}

async function loadSigner(): Promise<typeof import('@smithy/signature-v4')> {
  try {
    return await import('@smithy/signature-v4')
  } catch (error) {
    throw new MissingPackageError('@smithy/signature-v4', 'Bedrock Mantle with AWS credentials', { cause: error })
  }
}
