import { hasErrorCode } from './agent-error.ts'
import { ModelError, type ModelErrorOptions } from './model-error.ts'
import { safeHeaders } from './redact.ts'
import { retryAfterMs } from './retry-after.ts'

export interface ModelHttpErrorOptions extends Omit<ModelErrorOptions, 'code'> {
  readonly status: number
  /** As parsed; text when it was not JSON. */
  readonly body?: unknown
  readonly headers?: Headers | Readonly<Record<string, string>>
  /** One sentence of the provider, if the body has one. Default: the usual places of `body` are searched. */
  readonly detail?: string
  /** Default: by status (408, 409, 425, 429 and 500 upwards). */
  readonly isRetryable?: boolean
  /** A model name the provider knows and that looks like the one asked for. */
  readonly suggestedModelId?: string
}

/** The provider answered with a status of 400 or more. */
export class ModelHttpError extends ModelError {
  declare readonly code: 'model_http_error'
  readonly status: number
  readonly body: unknown
  /** Names in lower case; credentials blanked. */
  readonly headers: Readonly<Record<string, string>>
  /** Milliseconds the provider asks to wait, from `retry-after-ms` or `retry-after`. */
  readonly retryAfterMs: number | undefined
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean
  readonly suggestedModelId: string | undefined

  constructor(options: ModelHttpErrorOptions) {
    const headers = safeHeaders(options.headers ?? {})
    const waitMs = retryAfterMs(headers)
    super(messageOf(options, waitMs), { ...options, code: 'model_http_error' })
    this.status = options.status
    this.body = options.body
    this.headers = headers
    this.retryAfterMs = waitMs
    this.isRetryable = options.isRetryable ?? isRetryableStatus(options.status)
    this.suggestedModelId = options.suggestedModelId
  }

  static override is(error: unknown): error is ModelHttpError {
    return hasErrorCode(error, ['model_http_error'])
  }
}

/** 408 request timeout, 409 conflict, 425 too early, 429 too many requests, and every failure of the server. */
function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500
}

const maxDetailLength = 1000

function messageOf(options: ModelHttpErrorOptions, waitMs: number | undefined): string {
  const who = options.modelName === undefined ? 'The model' : `The model \`${options.modelName}\``
  const detail = (options.detail ?? detailOf(options.body))?.trim()
  const sentences = [`${who} answered with HTTP status ${options.status}${detail ? `: ${sentence(detail)}` : '.'}`]
  if (options.suggestedModelId !== undefined) sentences.push(`Did you mean \`${options.suggestedModelId}\`?`)
  if (waitMs !== undefined) sentences.push(`Retry after ${waitMs} ms.`)
  return sentences.join(' ')
}

/** Where providers put their sentence: `error.message`, `message`, `Message`, `error`, `detail`, or the text itself. */
function detailOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body
  if (typeof body !== 'object' || body === null) return undefined
  const { error, message, Message, detail } = body as Record<string, unknown>
  const nested = typeof error === 'object' && error !== null ? (error as Record<string, unknown>)['message'] : undefined
  return [nested, message, Message, error, detail].find(text => typeof text === 'string')
}

function sentence(text: string): string {
  if (text.length > maxDetailLength) return `${text.slice(0, maxDetailLength)}…`
  return /[.!?}\]]$/.test(text) ? text : `${text}.`
}
