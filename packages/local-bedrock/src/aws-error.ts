/** Exception names of Bedrock Runtime (and of the AWS front door) with the HTTP status each travels with.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors (read 2026-11-20) */
export const exceptionStatus = {
  AccessDeniedException: 403,
  ConflictException: 400,
  ExpiredTokenException: 403,
  IncompleteSignatureException: 400,
  InternalServerException: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceQuotaExceededException: 400,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  ValidationException: 400,
} as const

export type ExceptionType = keyof typeof exceptionStatus

export interface AwsErrorOptions {
  /** default: the status of the type, 500 for an unknown type */
  status?: number
  /** sent as `Retry-After`, seconds */
  retryAfterSeconds?: number
  /** sent as `x-amz-retry-after`, milliseconds */
  retryAfterMs?: number
  /** more response headers */
  headers?: Record<string, string>
  /** more keys of the JSON body, such as `originalStatusCode` of a ModelErrorException */
  fields?: Record<string, unknown>
}

/** An error answer of the service. A responder may throw it; the endpoint turns it into the HTTP response.
 *  @example throw new AwsError('ThrottlingException', 'Too many requests', { retryAfterSeconds: 1 }) */
export class AwsError extends Error {
  readonly type: string
  readonly status: number
  readonly headers: Record<string, string>
  readonly fields: Record<string, unknown>

  constructor(type: ExceptionType | (string & {}), message: string, options: AwsErrorOptions = {}) {
    super(message)
    this.name = 'AwsError'
    this.type = type
    this.status = options.status ?? statusOf(type)
    this.headers = { ...options.headers }
    if (options.retryAfterSeconds !== undefined) this.headers['retry-after'] = String(options.retryAfterSeconds)
    if (options.retryAfterMs !== undefined) this.headers['x-amz-retry-after'] = String(options.retryAfterMs)
    this.fields = options.fields ?? {}
  }
}

function statusOf(type: string): number {
  return new Map<string, number>(Object.entries(exceptionStatus)).get(type) ?? 500
}
