import type OpenAI from 'openai'
import type { FetchFileOptions } from '../../util/net/fetch-file.ts'
import type { ModelProfile } from '../profile.ts'

/** Milliseconds; 0 switches one off. */
export interface OpenAITimeouts {
  /** Until the answer begins. Default 300,000. */
  readonly firstByteTimeoutMs?: number
  /** Between two pieces of a stream. Default 180,000. */
  readonly idleTimeoutMs?: number
  /** The whole request; `timeoutMs` of the settings wins. Default 3,600,000. */
  readonly timeoutMs?: number
}

export const defaultTimeouts: Readonly<Required<OpenAITimeouts>> = {
  firstByteTimeoutMs: 300_000,
  idleTimeoutMs: 180_000,
  timeoutMs: 3_600_000,
}

/** Who serves an OpenAI API: all that a model has to know of its provider. */
export interface OpenAIHost {
  /** `providerName` of parts and responses. */
  readonly name: string
  /** Where this model's requests go; `undefined`: not known yet. */
  readonly baseUrl: string | undefined
  /** `providerUrl` of responses. */
  readonly providerUrl: string | undefined
  readonly timeouts: Readonly<Required<OpenAITimeouts>>
  /** How files behind URLs are fetched. */
  readonly fetchFile?: FetchFileOptions
  /** The client, made on first use.
   *  @throws {MissingPackageError} without `openai` · {UserError} without credentials */
  getClient(): Promise<OpenAI>
  profileOf(modelName: string): Partial<ModelProfile>
}

/** Our deadlines hold; this only keeps the SDK's own from firing first (the longest that a timer can take). */
export const sdkTimeoutMs = 2_147_483_647
