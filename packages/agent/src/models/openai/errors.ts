import { AgentError } from '../../errors/agent-error.ts'
import { ModelConnectionError, ModelError } from '../../errors/model-error.ts'
import { ModelHttpError } from '../../errors/model-http-error.ts'
import { redactSecrets } from '../../errors/redact.ts'

export interface ErrorScope {
  readonly modelName: string
  /** The provider, as an error names it. */
  readonly system: string
  readonly baseUrl: string | undefined
}

/** What the SDK's `APIError` carries; told by its shape, for there may be several copies of the SDK. */
interface ApiErrorFacts {
  readonly status?: number
  readonly headers?: Headers
  /** The `error` object of the body. */
  readonly error?: unknown
  readonly code?: string | null
  readonly type?: string | null
  readonly message: string
}

/** Statuses of errors that come within a stream, where no status can come any more, by `code` or `type`.
 *  @see https://platform.openai.com/docs/guides/error-codes */
const statusByCode: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['invalid_prompt', 400],
  ['context_length_exceeded', 400],
  ['authentication_error', 401],
  ['permission_error', 403],
  ['model_not_found', 404],
  ['rate_limit_exceeded', 429],
  ['rate_limit_error', 429],
  ['insufficient_quota', 429],
  ['server_error', 500],
  ['internal_server_error', 500],
  ['vector_store_timeout', 504],
  ['overloaded', 503],
  ['server_is_overloaded', 503],
  ['slow_down', 503],
])

/** Every error of the SDK as one of ours: what the provider answered, or what the network did. */
export function mapError(error: unknown, scope: ErrorScope): Error {
  if (AgentError.is(error)) return error
  if (isApiError(error)) {
    if (error.status !== undefined) return httpError(error.status, error, scope)
    return error.error === undefined ? connectionError(error, scope) : reportedError(error, scope)
  }
  if (isNetworkError(error)) return connectionError(error, scope)
  const message = error instanceof Error ? error.message : String(error)
  return new ModelError(`The request to \`${scope.modelName}\` failed: ${redactSecrets(message)}`, {
    cause: error,
    modelName: scope.modelName,
  })
}

/** An error the provider reported inside of an answer that had begun well. */
export function reportedError(
  report: { readonly code?: string | null; readonly type?: string | null; readonly message: string },
  scope: ErrorScope,
): ModelError {
  const status = statusByCode.get(report.code ?? '') ?? statusByCode.get(report.type ?? '')
  const { code, message } = report
  if (status === undefined) {
    return new ModelError(`The model \`${scope.modelName}\` reported an error: ${redactSecrets(message)}`, {
      cause: report,
      modelName: scope.modelName,
    })
  }
  return httpError(status, { code, message, error: { code, message } }, scope)
}

function httpError(status: number, facts: ApiErrorFacts, { modelName }: ErrorScope): ModelHttpError {
  return new ModelHttpError({
    status,
    body: facts.error ?? facts.message,
    ...(facts.headers !== undefined && { headers: facts.headers }),
    modelName,
    cause: facts,
    // waiting does not fill an empty account
    ...(facts.code === 'insufficient_quota' && { isRetryable: false }),
  })
}

function isApiError(error: unknown): error is ApiErrorFacts {
  return error instanceof Error && 'requestID' in error && 'status' in error && 'error' in error
}

/** `fetch failed`, `terminated` and the like are TypeErrors with the reason as their cause; Node's own carry a code. */
function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (codeOf(error) !== undefined) return true
  return error instanceof TypeError && /fetch|terminated|network|aborted|socket/i.test(error.message)
}

function connectionError(error: unknown, { modelName, system, baseUrl }: ErrorScope): ModelConnectionError {
  const where = baseUrl === undefined ? '' : ` at ${redactSecrets(baseUrl)}`
  return new ModelConnectionError(`The connection to ${system}${where} failed: ${redactSecrets(reasonOf(error))}`, {
    cause: error,
    modelName,
  })
}

/** The message of the innermost cause: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  let inner = error
  for (let depth = 0; depth < 5 && inner instanceof Error && inner.cause instanceof Error; depth += 1)
    inner = inner.cause
  if (!(inner instanceof Error)) return String(inner)
  const code = codeOf(inner)
  return code === undefined || inner.message.includes(code) ? inner.message : `${code} ${inner.message}`.trim()
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}
