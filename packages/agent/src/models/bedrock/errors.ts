import { AgentError } from '../../errors/agent-error.ts'
import { ModelConnectionError, ModelError } from '../../errors/model-error.ts'
import { ModelHttpError } from '../../errors/model-http-error.ts'
import { redactSecrets } from '../../errors/redact.ts'
import { UserError } from '../../errors/user-error.ts'
import { didYouMean } from '../did-you-mean.ts'
import { LatestBedrockModelNames } from './names.ts'

/** What an exception of Bedrock means, by its name in lower case: in a stream it comes without a status, and with a small letter.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#API_runtime_ConverseStream_Errors (read 2026-11-23) */
const statusByName: ReadonlyMap<string, number> = new Map([
  ['validationexception', 400],
  ['conflictexception', 400],
  ['servicequotaexceededexception', 400],
  ['accessdeniedexception', 403],
  ['unrecognizedclientexception', 403],
  ['expiredtokenexception', 403],
  ['resourcenotfoundexception', 404],
  ['modeltimeoutexception', 408],
  ['modelerrorexception', 424],
  ['modelstreamerrorexception', 424],
  ['throttlingexception', 429],
  ['modelnotreadyexception', 429],
  ['internalserverexception', 500],
  ['serviceunavailableexception', 503],
])

/** Names under which the SDK says that it found no credentials, or that they could not be refreshed. */
const credentialErrors = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
  'InvalidGrantException',
  'SSOTokenProviderFailure',
])

const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPROTO',
  'UND_ERR_SOCKET',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const connectionMessages =
  /aborted|socket hang up|socket disconnected|certificate|TLS|truncated event|checksum|http2 request did not get a response/i

export interface ErrorScope {
  readonly modelName: string
  readonly baseUrl?: string
}

/** Every error of the SDK as one of ours: what Bedrock answered, what the network did, what the set-up lacks. */
export function mapError(error: unknown, scope: ErrorScope): Error {
  if (AgentError.is(error)) return error
  const facts = factsOf(error)
  const status = facts.status ?? statusByName.get(facts.name.toLowerCase())
  if (status !== undefined && status >= 400) return httpError(error, facts, status, scope)
  if (
    credentialErrors.has(facts.name) ||
    /could not load credentials|resolved credential object is not valid/i.test(facts.message)
  ) {
    return noCredentials(error, facts)
  }
  if (/region is missing/i.test(facts.message)) {
    return new UserError(
      'No AWS Region for Bedrock: pass `region`, set AWS_REGION, or set `region` in the AWS profile.',
      { cause: error },
    )
  }
  if (facts.name === 'TimeoutError' || connectionCodes.has(facts.code) || connectionMessages.test(facts.message)) {
    return connectionError(error, facts, scope)
  }
  if (facts.name === 'SerializationException' || error instanceof TypeError || error instanceof RangeError) {
    return new UserError(
      `The request for \`${scope.modelName}\` cannot be written as Bedrock wants it: ${facts.message}`,
      { cause: error },
    )
  }
  return new ModelError(`The request to \`${scope.modelName}\` failed: ${redactSecrets(facts.message)}`, {
    cause: error,
    modelName: scope.modelName,
  })
}

/** Messages by which models say that the conversation is too long.
 *  @see https://github.com/strands-agents/sdk-typescript/issues/782 (read 2026-08-22) */
const overflow =
  /(input|prompt|context)[^.]{0,40}(is |are )?too long|too many (input )?tokens|maximum (context|input|number of)[^.]{0,30}tokens|exceeds? the (model'?s )?(maximum )?(context|input)|context (window|length)[^.]{0,30}exceed|input length and `max_tokens` exceed/i

/** Whether Bedrock refused a request because the conversation does not fit the model: shorten it, sending it again will not help. */
export function isContextOverflow(error: unknown): boolean {
  return ModelHttpError.is(error) && error.status === 400 && overflow.test(error.message)
}

interface ErrorFacts {
  readonly name: string
  readonly message: string
  readonly code: string
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The SDK throws classes, sometimes plain objects, and puts the answer into a hidden property. */
function factsOf(error: unknown): ErrorFacts {
  const record = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  const response = record['$response'] as { headers?: Record<string, string> } | undefined
  const metadata = record['$metadata'] as { httpStatusCode?: number } | undefined
  const name = typeof record['name'] === 'string' ? record['name'] : ''
  const message = [record['message'], record['Message']].find(text => typeof text === 'string' && text !== '')
  return {
    name,
    message: (message as string | undefined) ?? (typeof error === 'string' ? error : name || 'no message'),
    code: typeof record['code'] === 'string' ? record['code'] : '',
    status:
      metadata?.httpStatusCode !== undefined && metadata.httpStatusCode >= 400 ? metadata.httpStatusCode : undefined,
    headers: response?.headers ?? {},
    body: bodyOf(record, name, message),
  }
}

function bodyOf(record: Record<string, unknown>, name: string, message: unknown): unknown {
  const { originalStatusCode, originalMessage, resourceName } = record
  return {
    ...(name !== '' && { code: name }),
    ...(message !== undefined && { message }),
    ...(originalStatusCode !== undefined && { originalStatusCode }),
    ...(originalMessage !== undefined && { originalMessage }),
    ...(resourceName !== undefined && { resourceName }),
  }
}

function httpError(cause: unknown, facts: ErrorFacts, status: number, scope: ErrorScope): ModelHttpError {
  const isUnknownModel = /model identifier is invalid/i.test(facts.message)
  return new ModelHttpError({
    status,
    body: facts.body,
    headers: facts.headers,
    detail: `${facts.message}${hintFor(facts, scope)}`,
    modelName: scope.modelName,
    cause,
    ...(isUnknownModel && { suggestedModelId: didYouMean(scope.modelName, LatestBedrockModelNames) }),
  })
}

/** What to do about the refusals people meet first. */
function hintFor({ name, message }: ErrorFacts, { modelName }: ErrorScope): string {
  if (/on-demand throughput isn.t supported/i.test(message)) {
    return ` Call it through an inference profile: for example \`us.${modelName}\` or \`global.${modelName}\`.`
  }
  if (/isn.t supported on this route|not supported (by|on) (the )?converse/i.test(message)) {
    return ' The model is served by another API of Bedrock than Converse.'
  }
  if (/expiredtoken/i.test(name)) return ' Refresh the credentials (for SSO: aws sso login).'
  const action = /not authorized to perform:? (bedrock:\w+) on resource:? (\S+)/i.exec(message)
  if (action !== null) return ` Allow the action ${action[1]} on ${action[2]} in IAM.`
  if (/don.t have access to the model/i.test(message))
    return ' Request access on the model access page of the Bedrock console.'
  return ''
}

function noCredentials(cause: unknown, { message }: ErrorFacts): UserError {
  const detail = redactSecrets(message).replace(/\.$/, '')
  return new UserError(
    `No usable AWS credentials for Bedrock (${detail}). Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in ` +
      'with aws sso login, set AWS_BEARER_TOKEN_BEDROCK, or pass `credentials` or `apiKey` to BedrockProvider.',
    { cause },
  )
}

function connectionError(cause: unknown, facts: ErrorFacts, { modelName, baseUrl }: ErrorScope): ModelConnectionError {
  const where = baseUrl === undefined ? '' : ` at ${redactSecrets(baseUrl)}`
  const why =
    facts.code === '' || facts.message.includes(facts.code) ? facts.message : `${facts.code}: ${facts.message}`
  return new ModelConnectionError(`The connection to Bedrock${where} failed: ${redactSecrets(why)}`, {
    cause,
    modelName,
  })
}
