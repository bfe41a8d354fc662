import type OpenAI from 'openai'
import { UserError } from '../../errors/user-error.ts'
import { currentFetch } from '../../util/net/current-fetch.ts'
import type { FetchFileOptions } from '../../util/net/fetch-file.ts'
import type { ModelProfile } from '../profile.ts'
import { defaultTimeouts, sdkTimeoutMs, type OpenAIHost, type OpenAITimeouts } from './host.ts'
import { openaiModelProfile } from './profiles.ts'
import { loadSdk } from './sdk.ts'

export interface OpenAIProviderOptions extends OpenAITimeouts {
  /** A client of the SDK, used as it is: its retries and headers stay. */
  readonly client?: OpenAI
  /** Default: OPENAI_API_KEY. */
  readonly apiKey?: string
  /** Default: OPENAI_BASE_URL, else `https://api.openai.com/v1`. */
  readonly baseUrl?: string
  readonly organization?: string
  readonly project?: string
  /** Used for every request. */
  readonly fetch?: typeof globalThis.fetch
  /** How often the SDK repeats a request that failed with 408, 409, 429, 5xx or on the connection. Default 2; 0: never. */
  readonly maxRetries?: number
  /** How files behind URLs are fetched. */
  readonly fetchFile?: FetchFileOptions
}

/** Reaches OpenAI: key, address, timeouts, and the one client that its models share. The SDK is loaded when it is first needed.
 *
 *  @example new OpenAIProvider({ apiKey: await secrets.get('openai') }) */
export class OpenAIProvider implements OpenAIHost {
  readonly name = 'openai'
  readonly timeouts: Readonly<Required<OpenAITimeouts>>
  readonly options: OpenAIProviderOptions
  #client: OpenAI | undefined

  constructor(options: OpenAIProviderOptions = {}) {
    this.options = options
    this.#client = options.client
    this.timeouts = mergeTimeouts(options)
  }

  get baseUrl(): string {
    return (
      this.options.client?.baseURL ?? this.options.baseUrl ?? env('OPENAI_BASE_URL') ?? 'https://api.openai.com/v1/'
    )
  }

  get providerUrl(): string {
    return this.baseUrl
  }

  get fetchFile(): FetchFileOptions | undefined {
    return this.options.fetchFile
  }

  profileOf(modelName: string): Partial<ModelProfile> {
    return openaiModelProfile(modelName)
  }

  async getClient(): Promise<OpenAI> {
    if (this.#client !== undefined) return this.#client
    const { OpenAI: Client } = await loadSdk()
    const { organization, project, maxRetries, fetch = currentFetch } = this.options
    const apiKey = this.options.apiKey ?? env('OPENAI_API_KEY')
    if (apiKey === undefined) {
      throw new UserError('No API key for OpenAI: pass `new OpenAIProvider({ apiKey })`, or set OPENAI_API_KEY.')
    }
    return (this.#client ??= new Client({
      apiKey,
      baseURL: this.baseUrl.replace(/\/+$/, ''),
      timeout: sdkTimeoutMs,
      ...quiet(),
      ...(organization !== undefined && { organization }),
      ...(project !== undefined && { project }),
      ...(maxRetries !== undefined && { maxRetries }),
      fetch,
    }))
  }
}

/** The given ones over the defaults. */
export function mergeTimeouts(options: OpenAITimeouts): Readonly<Required<OpenAITimeouts>> {
  const { firstByteTimeoutMs, idleTimeoutMs, timeoutMs } = options
  return {
    firstByteTimeoutMs: firstByteTimeoutMs ?? defaultTimeouts.firstByteTimeoutMs,
    idleTimeoutMs: idleTimeoutMs ?? defaultTimeouts.idleTimeoutMs,
    timeoutMs: timeoutMs ?? defaultTimeouts.timeoutMs,
  }
}

/** The SDK writes what it cannot read to the console, answers of a model among it; here that is an error, which is enough. */
export function quiet(): { logLevel?: 'off' } {
  return env('OPENAI_LOG') === undefined ? { logLevel: 'off' } : {}
}

/** An empty variable counts as none. */
function env(name: string): string | undefined {
  return globalThis.process?.env?.[name] || undefined
}
