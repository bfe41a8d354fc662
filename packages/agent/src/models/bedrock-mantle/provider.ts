import type OpenAI from 'openai'
import { redactSecrets } from '../../errors/redact.ts'
import { MissingPackageError, UserError } from '../../errors/user-error.ts'
import { currentFetch } from '../../util/net/current-fetch.ts'
import type { FetchFileOptions } from '../../util/net/fetch-file.ts'
import { checkApiKey } from '../check-api-key.ts'
import { sdkTimeoutMs, type OpenAIHost, type OpenAITimeouts } from '../openai/host.ts'
import { mergeTimeouts, quiet } from '../openai/provider.ts'
import { loadSdk } from '../openai/sdk.ts'
import type { BedrockMantleInterface } from './facts.ts'
import { bedrockMantleModelProfile } from './profiles.ts'
import { createSignedFetch } from './signed-fetch.ts'

export interface BedrockMantleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** Asked before each request: it should keep what is still valid, as the providers of `@aws-sdk/credential-providers` do. */
export type BedrockMantleCredentialProvider = () => Promise<BedrockMantleCredentials>

export interface BedrockMantleProviderOptions extends OpenAITimeouts {
  /** Default: AWS_REGION, else AWS_DEFAULT_REGION. */
  readonly region?: string
  /** Default: `https://bedrock-mantle.{region}.api.aws`. A trailing `/v1` or `/openai/v1` is taken off: models choose theirs. */
  readonly baseUrl?: string
  /** A Bedrock API key, or a function that makes one: asked before each request. Default: AWS_BEARER_TOKEN_BEDROCK, unless AWS credentials are given here. */
  readonly apiKey?: string | (() => Promise<string>)
  /** AWS credentials to sign with. Default: the AWS default chain. */
  readonly credentials?: BedrockMantleCredentials | BedrockMantleCredentialProvider
  /** A profile of the shared AWS configuration. */
  readonly profile?: string
  /** `auto`: a key if there is one, else AWS credentials. Default `auto`. */
  readonly authMode?: 'auto' | 'bearer' | 'sigv4'
  /** Used for every request. */
  readonly fetch?: typeof globalThis.fetch
  /** How often the SDK repeats a request that failed with 408, 409, 429, 5xx or on the connection. Default 2; 0: never. */
  readonly maxRetries?: number
  /** How files behind URLs are fetched. */
  readonly fetchFile?: FetchFileOptions
}

const pathOf: Readonly<Record<BedrockMantleInterface, string>> = {
  chat: '/v1/',
  responses: '/v1/',
  'openai-responses': '/openai/v1/',
}

/** Reaches Bedrock Mantle, which serves OpenAI's models on AWS by OpenAI's own API.
 *
 *  @example new BedrockMantleProvider({ region: 'us-east-1', profile: 'team' }) */
export class BedrockMantleProvider {
  readonly name = 'bedrock-mantle'
  readonly options: BedrockMantleProviderOptions
  readonly timeouts: Readonly<Required<OpenAITimeouts>>
  readonly #clients = new Map<string, Promise<OpenAI>>()
  #signedFetch: Promise<typeof globalThis.fetch> | undefined
  #credentialProvider: Promise<BedrockMantleCredentialProvider> | undefined
  #credentials: BedrockMantleCredentials | undefined

  /** @throws {UserError} for access keys that are not a pair, an API key that is empty, or `authMode: 'bearer'` without a key */
  constructor(options: BedrockMantleProviderOptions = {}) {
    this.options = options
    this.timeouts = mergeTimeouts(options)
    const { credentials, authMode } = options
    checkApiKey(options.apiKey)
    if (typeof credentials === 'object' && !(credentials.accessKeyId && credentials.secretAccessKey)) {
      throw new UserError(
        'Bedrock Mantle credentials need both `accessKeyId` and `secretAccessKey` (and `sessionToken` for temporary keys).',
      )
    }
    if (authMode === 'bearer' && this.#givenKey() === undefined) {
      throw new UserError("authMode 'bearer' needs an API key: pass `apiKey`, or set AWS_BEARER_TOKEN_BEDROCK.")
    }
  }

  get region(): string | undefined {
    return this.options.region ?? env('AWS_REGION') ?? env('AWS_DEFAULT_REGION')
  }

  /** The address without the path of an interface; `undefined` until a Region is known. */
  get origin(): string | undefined {
    const { baseUrl } = this.options
    if (baseUrl !== undefined) return baseUrl.replace(/\/+$/, '').replace(/(\/openai)?\/v1$/, '')
    return this.region === undefined ? undefined : `https://bedrock-mantle.${this.region}.api.aws`
  }

  /** The address as responses name it. */
  get baseUrl(): string | undefined {
    return this.origin === undefined ? undefined : `${this.origin}${pathOf['openai-responses']}`
  }

  /** This provider as one of its interfaces serves it. */
  hostFor(served: BedrockMantleInterface): OpenAIHost {
    const { name, timeouts, origin, baseUrl } = this
    const path = pathOf[served]
    return {
      name,
      timeouts,
      fetchFile: this.options.fetchFile,
      baseUrl: origin === undefined ? undefined : `${origin}${path}`,
      providerUrl: baseUrl,
      profileOf: modelName => bedrockMantleModelProfile(modelName),
      getClient: () => this.#clientAt(path),
    }
  }

  async #clientAt(path: string): Promise<OpenAI> {
    // here and not while signing: the SDK would take a failure for one of the connection and try again
    if (this.#key() === undefined) await this.#refreshCredentials()
    let client = this.#clients.get(path)
    if (client === undefined) {
      client = this.#createClient(path)
      this.#clients.set(path, client)
      client.catch(() => this.#clients.delete(path))
    }
    return client
  }

  async #createClient(path: string): Promise<OpenAI> {
    const { origin, options } = this
    if (origin === undefined) throw missingRegion()
    const { OpenAI: Client } = await loadSdk()
    const key = this.#key()
    const fetch = key === undefined ? await this.#signing() : (options.fetch ?? currentFetch)
    return new Client({
      baseURL: `${origin}${path}`.slice(0, -1),
      // what signs puts its own word in this place
      apiKey: key ?? 'signed',
      // the environment's are meant for OpenAI
      organization: null,
      project: null,
      adminAPIKey: null,
      timeout: sdkTimeoutMs,
      ...quiet(),
      ...(options.maxRetries !== undefined && { maxRetries: options.maxRetries }),
      fetch,
    })
  }

  /** What was given in code beats what the environment holds. */
  #key(): string | (() => Promise<string>) | undefined {
    const { authMode = 'auto', credentials, profile, apiKey } = this.options
    if (authMode === 'sigv4') return undefined
    const hasAws = credentials !== undefined || profile !== undefined
    return authMode === 'auto' && apiKey === undefined && hasAws ? undefined : this.#givenKey()
  }

  #givenKey(): string | (() => Promise<string>) | undefined {
    return this.options.apiKey ?? (env('AWS_BEARER_TOKEN_BEDROCK')?.trim() || undefined)
  }

  #signing(): Promise<typeof globalThis.fetch> {
    const { region, options } = this
    if (region === undefined) throw missingRegion()
    return (this.#signedFetch ??= createSignedFetch({
      region,
      credentials: async () => this.#credentials!,
      fetch: options.fetch ?? currentFetch,
    }))
  }

  async #refreshCredentials(): Promise<void> {
    const { credentials, profile } = this.options
    if (typeof credentials === 'object') {
      this.#credentials = credentials
      return
    }
    try {
      const provide = credentials ?? (await (this.#credentialProvider ??= defaultChain(profile)))
      this.#credentials = await provide()
    } catch (error) {
      this.#credentialProvider = undefined
      throw MissingPackageError.is(error) ? error : noCredentials(error)
    }
  }
}

async function defaultChain(profile: string | undefined): Promise<BedrockMantleCredentialProvider> {
  try {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers')
    return fromNodeProviderChain(profile === undefined ? {} : { profile })
  } catch (error) {
    throw new MissingPackageError('@aws-sdk/credential-providers', 'AWS credentials from the environment', {
      cause: error,
    })
  }
}

function noCredentials(cause: unknown): UserError {
  const detail = redactSecrets(cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '')
  return new UserError(
    `No usable AWS credentials for Bedrock Mantle (${detail}). Set AWS_BEARER_TOKEN_BEDROCK, AWS_PROFILE, or AWS_ACCESS_KEY_ID and ` +
      'AWS_SECRET_ACCESS_KEY, or pass `apiKey` or `credentials` to BedrockMantleProvider.',
    { cause },
  )
}

function missingRegion(): UserError {
  return new UserError(
    'No AWS Region for Bedrock Mantle: pass `new BedrockMantleProvider({ region })`, or set AWS_REGION.',
  )
}

/** An empty variable counts as none. */
function env(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined
}
