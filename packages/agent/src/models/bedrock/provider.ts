import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import { ModelConnectionError } from '../../errors/model-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { FetchFileOptions } from '../../util/net/fetch-file.ts'
import { endpointOf } from './client-endpoint.ts'
import { nameCredentialFailures } from './credential-failures.ts'
import { checkApiKey } from '../check-api-key.ts'
import { loadSdk } from './sdk.ts'
import { carrySignals } from './send.ts'

/** Access keys, all from one source. */
export interface BedrockCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary keys. */
  readonly sessionToken?: string
}

/** Anything of `@aws-sdk/credential-providers`, or your own function; called again when the keys expire. */
export type BedrockCredentialProvider = () => Promise<BedrockCredentials & { readonly expiration?: Date }>

/** `sigv4`: access keys sign each request · `bearer`: an API key goes along · `auto`: what was given here, else what the
 *  environment holds, an API key first. */
export type BedrockAuthMode = 'auto' | 'sigv4' | 'bearer'

/** Milliseconds; 0 switches one off. */
export interface BedrockTimeouts {
  /** Until the connection stands. Default 10,000. */
  readonly connectTimeoutMs?: number
  /** From the request to the first piece of the answer. A request without streaming has its whole answer in one piece. Default 300,000. */
  readonly firstByteTimeoutMs?: number
  /** Between two pieces of a streamed answer. Default 180,000. */
  readonly idleTimeoutMs?: number
  /** The whole request, retries of the SDK included. `settings.timeoutMs` wins. Default 3,600,000. */
  readonly timeoutMs?: number
}

export interface BedrockProviderOptions extends BedrockTimeouts {
  /** A client of yours: everything else here is then ignored, but for the timeouts, `controlUrl` and `fetchFile`. The control plane
   *  takes Region, credentials and transport from it. */
  readonly client?: BedrockRuntimeClient
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's. */
  readonly region?: string
  /** Beats every credential of the environment, an API key too. Default: the chain of the AWS SDK (environment, shared files
   *  and SSO, web identity, container, instance). */
  readonly credentials?: BedrockCredentials | BedrockCredentialProvider
  /** Name of a profile in the shared AWS files. */
  readonly profile?: string
  /** A Bedrock API key. Default: `AWS_BEARER_TOKEN_BEDROCK`, unless credentials or a profile are given. */
  readonly apiKey?: string
  /** Default `auto`. */
  readonly authMode?: BedrockAuthMode
  /** Where requests go instead of the Region's public endpoint: a VPC endpoint, a proxy, a local one. Signatures stay those of
   *  the Region. Default: `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`, `AWS_ENDPOINT_URL`. */
  readonly baseUrl?: string
  /** The same for the control plane (lists of models, inference profiles, `doctorBedrock`). Default: `AWS_ENDPOINT_URL_BEDROCK`. */
  readonly controlUrl?: string
  /** Attempts per request, the first included; the only retries there are. Default 3 (or `AWS_MAX_ATTEMPTS`). */
  readonly maxAttempts?: number
  /** Connections at a time; a stream holds one while it lasts. Default: no limit. */
  readonly maxConnections?: number
  /** The SDK's transport. Default: HTTP/1.1 with keep-alive, because over HTTP/2 the SDK takes a lost connection for the end. */
  readonly requestHandler?: BedrockRuntimeClientConfig['requestHandler']
  /** More options of `BedrockRuntimeClient`. Like those above, which win, they beat the environment. The control plane shares them, its
   *  endpoint apart. */
  readonly clientConfig?: Partial<BedrockRuntimeClientConfig>
  /** How files behind URLs are fetched. */
  readonly fetchFile?: FetchFileOptions
}

const defaultTimeouts: Readonly<Required<BedrockTimeouts>> = {
  connectTimeoutMs: 10_000,
  firstByteTimeoutMs: 300_000,
  idleTimeoutMs: 180_000,
  timeoutMs: 3_600_000,
}

/** Reaches Amazon Bedrock: Region, credentials, endpoint, timeouts, and the one client that its models share. The AWS SDK is
 *  loaded when the client is first needed.
 *
 *  @example new BedrockProvider({ region: 'eu-central-1', profile: 'team' }) */
export class BedrockProvider {
  readonly name = 'bedrock'
  readonly timeouts: Readonly<Required<BedrockTimeouts>>
  readonly options: BedrockProviderOptions
  /** The requests that run: `close()` ends them, which over HTTP/2 the SDK's client does not.
   *  @internal */
  readonly running = new Set<Pick<AbortController, 'abort'>>()
  #client: BedrockRuntimeClient | undefined
  #creating: Promise<BedrockRuntimeClient> | undefined
  #isOwnClient = false
  /** How often it was closed: who waited for a client before that gets none. */
  #closings = 0
  /** Read once: every answer names it, and the environment is slow to read. */
  #baseUrl: string | undefined
  /** The client whose endpoint and Region are known, or are being asked for: it says so only later. */
  #askedClient: BedrockRuntimeClient | undefined
  #clientRegion: string | undefined

  /** @throws {UserError} for access keys that are not a pair, and for an API key that is empty */
  constructor(options: BedrockProviderOptions = {}) {
    this.options = options
    this.timeouts = { ...defaultTimeouts, ...definedTimeouts(options) }
    this.#client = options.client
    if (typeof options.credentials === 'object') checkKeys(options.credentials)
    checkApiKey(options.apiKey)
    if (options.authMode === 'bearer' && tokenOf(options) === undefined) {
      throw new UserError("authMode 'bearer' needs an API key: pass `apiKey`, or set AWS_BEARER_TOKEN_BEDROCK.")
    }
  }

  /** The Region, if it is known without reading files. That of a given client is known when its first request has begun. */
  get region(): string | undefined {
    if (this.#hasForeignClient) return this.#clientRegion
    const { region, clientConfig } = this.options
    return region ?? given(clientConfig?.region, env('AWS_REGION') ?? env('AWS_DEFAULT_REGION')) ?? this.#clientRegion
  }

  /** Where requests go; `undefined` until it is known: with a Region, or, for a given client, when its first request has begun. */
  get baseUrl(): string | undefined {
    if (this.client === undefined) return this.#expectedBaseUrl()
    return (this.#baseUrl ??= this.#expectedBaseUrl())
  }

  /** The client all models of this provider use. Assign another to rotate credentials: requests that run keep the old one. */
  get client(): BedrockRuntimeClient | undefined {
    const client = this.#client
    if (client !== this.#askedClient) this.#ask(client)
    return client
  }
  set client(client: BedrockRuntimeClient | undefined) {
    this.#replace(client)
  }

  /** The client, made on first use. Middleware of your own goes in before the first request: the order is then kept.
   *  @throws {MissingPackageError} without `@aws-sdk/client-bedrock-runtime`
   *  @throws {UserError} when no Region can be found */
  async getClient(): Promise<BedrockRuntimeClient> {
    return this.client ?? (this.#creating ??= this.#adopt())
  }

  /** Ends the requests that run, each with a ModelConnectionError, and closes the connections of the client this provider made.
   *  The provider may be used again. */
  close(): void {
    this.#closings += 1
    for (const request of this.running) request.abort(wasClosed())
    if (this.#isOwnClient) this.#client?.destroy()
    this.#replace(this.options.client)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** A client that this provider did not make: its options say nothing about it. */
  get #hasForeignClient(): boolean {
    return this.client !== undefined && !this.#isOwnClient
  }

  /** Whoever waits for a client that is being made gets this one. */
  #replace(client: BedrockRuntimeClient | undefined): void {
    this.#client = client
    this.#creating = undefined
    this.#isOwnClient = false
  }

  /** What the options make likely. */
  #expectedBaseUrl(): string | undefined {
    const { baseUrl, clientConfig = {} } = this.options
    if (this.#hasForeignClient) return undefined
    if (baseUrl !== undefined) return baseUrl
    const { endpoint, endpointProvider, useFipsEndpoint, useDualstackEndpoint } = clientConfig
    if (endpoint !== undefined) return given(endpoint, undefined)
    // only the client knows then
    if (endpointProvider !== undefined || useFipsEndpoint !== undefined || useDualstackEndpoint !== undefined)
      return undefined
    const url = env('AWS_ENDPOINT_URL_BEDROCK_RUNTIME') ?? env('AWS_ENDPOINT_URL')
    if (url !== undefined) return url
    const { region } = this
    if (region === undefined) return undefined
    return `https://bedrock-runtime.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  }

  /** Asks a client where it goes, once. */
  #ask(client: BedrockRuntimeClient | undefined): void {
    this.#askedClient = client
    this.#baseUrl = this.#isOwnClient ? this.options.baseUrl : undefined
    this.#clientRegion = undefined
    if (client === undefined) return
    void whereabouts(client).then(({ region, baseUrl }) => {
      if (this.#askedClient !== client) return
      this.#clientRegion = region
      if (!this.#isOwnClient || this.options.baseUrl === undefined) this.#baseUrl = baseUrl
    })
  }

  /** Makes a client, and makes it the provider's unless another was assigned meanwhile. */
  #adopt(): Promise<BedrockRuntimeClient> {
    const closings = this.#closings
    const instead = () => {
      if (closings !== this.#closings) throw wasClosed()
      return this.getClient()
    }
    const creating: Promise<BedrockRuntimeClient> = this.#create().then(
      client => {
        if (this.#creating !== creating) {
          this.#discard(client)
          return instead()
        }
        this.#replace(client)
        this.#isOwnClient = true
        return client
      },
      (error: unknown) => {
        if (this.#creating !== creating) return instead()
        this.#creating = undefined
        throw error
      },
    )
    return creating
  }

  /** Of a client that was made for nothing. A transport that was given may serve others. */
  #discard(client: BedrockRuntimeClient): void {
    const { requestHandler, clientConfig } = this.options
    if ((requestHandler ?? clientConfig?.requestHandler) === undefined) client.destroy()
  }

  async #create(): Promise<BedrockRuntimeClient> {
    const { BedrockRuntimeClient } = await loadSdk()
    const config = this.clientConfig()
    config.requestHandler ??= await http1Handler(this)
    const client = carrySignals(keepingSigners(new BedrockRuntimeClient(config)))
    nameCredentialFailures(client.config)
    await client.config.region().catch((error: unknown) => {
      this.#discard(client)
      throw missingRegion(error)
    })
    return client
  }

  /** What a client of this provider is made with; without a transport, unless one was given.
   *  @internal */
  clientConfig(): BedrockRuntimeClientConfig {
    const { options, region } = this
    const requestHandler = options.requestHandler ?? options.clientConfig?.requestHandler
    return {
      logger: quietLogger,
      cacheMiddleware: true,
      ...options.clientConfig,
      ...(region !== undefined && { region }),
      ...(options.profile !== undefined && { profile: options.profile }),
      ...(options.baseUrl !== undefined && { endpoint: options.baseUrl }),
      ...(options.maxAttempts !== undefined && { maxAttempts: options.maxAttempts }),
      ...(requestHandler !== undefined && { requestHandler }),
      ...authConfig(options),
    }
  }
}

/** The SDK copies every request and every answer for its logger, even for one that throws them away. Without `info` and `error`
 *  it does not. */
const quietLogger = {
  trace: () => {},
  debug: () => {},
  warn: (...content: unknown[]) => console.warn(...content),
} as unknown as NonNullable<BedrockRuntimeClientConfig['logger']>

/** The SDK makes a signer for each request, and copies its whole configuration for it: that takes longer than signing. A signer
 *  asks for credentials whenever it signs, so one per Region and service is enough. */
function keepingSigners(client: BedrockRuntimeClient): BedrockRuntimeClient {
  const { config } = client
  const make = config.signer
  const signers = new Map<string, ReturnType<typeof make>>()
  config.signer = scheme => {
    const { signingRegion, signingName, properties } = scheme ?? {}
    const key = properties === undefined ? `${signingRegion} ${signingName}` : JSON.stringify(scheme)
    let signer = signers.get(key)
    if (signer === undefined) signers.set(key, (signer = make(scheme)))
    return signer
  }
  return client
}

/** What a client can say of itself; one that is not the SDK's may say nothing. */
async function whereabouts({ config }: BedrockRuntimeClient): Promise<{ region?: string; baseUrl?: string }> {
  const [region, baseUrl] = await Promise.allSettled([(async () => config.region())(), endpointOf(config)])
  return {
    ...(region.status === 'fulfilled' && { region: region.value }),
    ...(baseUrl.status === 'fulfilled' && baseUrl.value !== undefined && { baseUrl: baseUrl.value }),
  }
}

type AuthConfig = Pick<BedrockRuntimeClientConfig, 'credentials' | 'token' | 'authSchemePreference'>

/** What was given in code beats what the environment holds, and our own options beat `clientConfig`. Left alone, the SDK would let
 *  the environment's API key win, even one that is empty. */
function authConfig(options: BedrockProviderOptions): AuthConfig {
  const { apiKey, profile, clientConfig = {}, authMode = 'auto' } = options
  const credentials = options.credentials ?? clientConfig.credentials
  const signed: AuthConfig = { ...(credentials && { credentials }), authSchemePreference: ['sigv4'] }
  const bearer = (token: AuthConfig['token']): AuthConfig => ({ token, authSchemePreference: ['httpBearerAuth'] })

  if (authMode === 'sigv4') return signed
  if (authMode === 'bearer') return bearer(tokenOf(options))
  if (wordOf(apiKey) !== undefined) return bearer(tokenOf(options))
  if (options.credentials !== undefined || profile !== undefined) return signed
  // it chooses between keys of its own, and an API key of the environment
  if (clientConfig.authSchemePreference !== undefined) return { token: tokenOf(options) }
  if (clientConfig.token !== undefined) return bearer(clientConfig.token)
  if (credentials !== undefined || clientConfig.profile !== undefined) return signed
  const token = tokenOf(options)
  if (token !== undefined) return bearer(token)
  return globalThis.process?.env?.['AWS_BEARER_TOKEN_BEDROCK'] === undefined ? {} : signed
}

function tokenOf({ apiKey, clientConfig }: BedrockProviderOptions): AuthConfig['token'] {
  const own = wordOf(apiKey)
  if (own !== undefined) return { token: own }
  const environments = wordOf(env('AWS_BEARER_TOKEN_BEDROCK'))
  return clientConfig?.token ?? (environments === undefined ? undefined : { token: environments })
}

/** What is given as a function is known only later. */
function given(value: unknown, otherwise: string | undefined): string | undefined {
  if (value === undefined) return otherwise
  return typeof value === 'string' ? value : undefined
}

/** Without the line break that a file or a secret store leaves at the end; blank counts as none. */
function wordOf(text: string | undefined): string | undefined {
  return text?.trim() || undefined
}

function checkKeys({ accessKeyId, secretAccessKey }: BedrockCredentials): void {
  if (!accessKeyId || !secretAccessKey) {
    throw new UserError(
      'Bedrock credentials need both `accessKeyId` and `secretAccessKey` (and `sessionToken` for temporary keys).',
    )
  }
}

/** `undefined` where there are no sockets: the SDK then brings its own handler. */
export async function http1Handler({
  timeouts,
  options,
}: BedrockProvider): Promise<BedrockRuntimeClientConfig['requestHandler'] | undefined> {
  try {
    const { NodeHttpHandler } = await import('@smithy/node-http-handler')
    const agent = { keepAlive: true, maxSockets: options.maxConnections ?? Infinity }
    return new NodeHttpHandler({
      connectionTimeout: timeouts.connectTimeoutMs,
      // or a later SDK may bring a limit of its own (AWS_ENABLE_DEFAULT_SOCKET_TIMEOUT_2026), shorter than ours
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
    })
  } catch {
    return undefined
  }
}

function wasClosed(): ModelConnectionError {
  return new ModelConnectionError('The Bedrock provider was closed before the request was over.')
}

function missingRegion(cause: unknown): UserError {
  return new UserError(
    'No AWS Region for Bedrock: pass `new BedrockProvider({ region })`, set AWS_REGION, or set `region` in the AWS profile.',
    { cause },
  )
}

function definedTimeouts(options: BedrockTimeouts): BedrockTimeouts {
  const names = Object.keys(defaultTimeouts) as (keyof BedrockTimeouts)[]
  return Object.fromEntries(names.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])))
}

/** An empty variable counts as none. */
function env(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined
}
