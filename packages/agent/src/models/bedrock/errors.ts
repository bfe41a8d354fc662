import { AgentError } from '../../errors/agent-error.ts'
import { ModelConnectionError, ModelError, StreamInterrupted } from '../../errors/model-error.ts'
import { ModelHttpError } from '../../errors/model-http-error.ts'
import { redactSecrets } from '../../errors/redact.ts'
import { UserError } from '../../errors/user-error.ts'
import { parseModelId } from './model-id.ts'
import { suggestModel } from './suggest-model.ts'

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

/** Names of refusals by the services that hand out credentials (STS, Cognito), in some with `Exception` at the end. Bedrock has none of
 *  these. Needed for a client that was given: ours names such failures itself.
 *  @see https://docs.rs/aws-sdk-sts/1.20.0/aws_sdk_sts/enum.Error.html (read 2026-11-23) */
const credentialServiceErrors = new Set([
  'InvalidClientTokenId',
  'InvalidIdentityToken',
  'IDPRejectedClaim',
  'IDPCommunicationError',
  'MalformedPolicyDocument',
  'PackedPolicyTooLarge',
  'RegionDisabled',
  'NotAuthorized',
])
const credentialMessages =
  /could not load credentials|resolved credential object is not valid|not authorized to perform:? (sts|sso|cognito-identity):/i

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
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const connectionMessages =
  /aborted|socket hang up|socket disconnected|certificate|TLS|truncated event|checksum|http2 request did not get a response/i
/** What `fetch` says when the network failed, in undici, Chrome, Firefox, Safari, Deno and workerd: a TypeError, the reason its cause. */
const fetchMessages =
  /^(fetch failed|terminated|load failed)$|failed to fetch|networkerror when|error sending request|network connection lost/i

export interface ErrorScope {
  readonly modelName: string
  readonly baseUrl?: string
}

/** Every error of the SDK as one of ours: what Bedrock answered, what the network did, what the set-up lacks. */
export function mapError(error: unknown, scope: ErrorScope): Error {
  if (AgentError.is(error)) return error
  const facts = factsOf(error)
  // before the status, which may be that of the service that hands out credentials
  if (isCredentialFailure(facts)) return credentialsError(error)
  const status = facts.status ?? statusByName.get(facts.name.toLowerCase())
  if (status !== undefined && status >= 400) return httpError(error, facts, status, scope)
  if (/region is missing/i.test(facts.message)) {
    return new UserError(
      'No AWS Region for Bedrock: pass `region`, set AWS_REGION, or set `region` in the AWS profile.',
      { cause: error },
    )
  }
  if (facts.name === 'TimeoutError' || isNetworkFailure(error)) return connectionError(error, scope)
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
  /(input|prompt|context)[^.]{0,40}(is |are )?too long|too many (input )?tokens|maximum (context|input|number of)[^.]{0,30}tokens|exceeds? the (model'?s )?(maximum )?(context|input)|context (window|length)[^.]{0,30}exceed|input length and `max_tokens` exceed|input tokens exceed/i

/** Whether Bedrock refused a request because the conversation does not fit the model: shorten it, sending it again will not help. */
export function isContextOverflow(error: unknown): boolean {
  // told at the start of a stream, it is the reason why the stream broke off
  const refusal = StreamInterrupted.is(error) ? error.cause : error
  return ModelHttpError.is(refusal) && refusal.status === 400 && overflow.test(refusal.message)
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
    ...(isUnknownModel && { suggestedModelId: suggestModel(scope.modelName) }),
  })
}

/** What to do about the refusals people meet first. */
function hintFor({ name, message }: ErrorFacts, { modelName }: ErrorScope): string {
  if (/on-demand throughput isn.t supported/i.test(message)) {
    const { baseId } = parseModelId(modelName)
    return ` Call it through an inference profile: for example \`us.${baseId}\` or \`global.${baseId}\`.`
  }
  if (/model identifier is invalid/i.test(message)) return geographyHint(modelName)
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

/** A name that is right, and yet unknown: its prefix names the geography of another Region. */
function geographyHint(modelName: string): string {
  const { geo, baseId } = parseModelId(modelName)
  if (geo === undefined || suggestModel(modelName) !== undefined) return ''
  return ` Profiles of \`${geo}.\` are for Regions of that geography: call \`global.${baseId}\`, or with the prefix of yours.`
}

function isCredentialFailure({ name, message }: ErrorFacts): boolean {
  if (credentialErrors.has(name) || credentialServiceErrors.has(name.replace(/Exception$/, ''))) return true
  return credentialMessages.test(message)
}

/** The credentials could not be had, for whatever reason: Bedrock was not asked. */
export function credentialsError(cause: unknown): Error {
  if (AgentError.is(cause)) return cause
  const reason = redactSecrets(reasonOf(cause)).replace(/\.$/, '')
  return new UserError(`No usable AWS credentials for Bedrock (${reason}). ${credentialsHint(cause)}`, { cause })
}

function credentialsHint(cause: unknown): string {
  const facts = factsOf(cause)
  const action = /not authorized to perform:? ([\w-]+:\w+) on resource:? ([^\s,]+)/i.exec(facts.message)
  if (action !== null) {
    return `Allow the action ${action[1]} on ${action[2]} in IAM; a role must also trust who takes it.`
  }
  if (/expiredtoken/i.test(facts.name)) return 'Refresh them (for SSO: aws sso login).'
  if (isNetworkFailure(cause)) return 'Where they come from could not be reached; Bedrock was not asked.'
  if (!credentialErrors.has(facts.name) && !credentialMessages.test(facts.message)) {
    return 'Look at where they come from: what you pass as `credentials`, or the AWS profile. Bedrock was not asked.'
  }
  return (
    'Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in with aws sso login, ' +
    'set AWS_BEARER_TOKEN_BEDROCK, or pass `credentials` or `apiKey` to BedrockProvider.'
  )
}

/** An error and what caused it: `fetch` keeps the reason in the cause. */
function causesOf(error: unknown): ErrorFacts[] {
  const chain: ErrorFacts[] = []
  for (let each = error; each !== undefined && each !== null && chain.length < 4;) {
    chain.push(factsOf(each))
    each = each instanceof Error ? each.cause : undefined
  }
  return chain
}

function isNetworkFailure(error: unknown): boolean {
  return (
    causesOf(error).some(({ code, message }) => connectionCodes.has(code) || connectionMessages.test(message)) ||
    (error instanceof TypeError && fetchMessages.test(error.message))
  )
}

/** The message with those of its causes, as `fetch failed` alone says nothing, and the code where no message names it. */
function reasonOf(error: unknown): string {
  const chain = causesOf(error)
  const messages = [...new Set(chain.map(({ message }) => message))].join(': ')
  const code = chain.find(facts => facts.code !== '')?.code
  return code === undefined || messages.includes(code) ? messages || 'no reason given' : `${code}: ${messages}`
}

function connectionError(cause: unknown, { modelName, baseUrl }: ErrorScope): ModelConnectionError {
  const where = baseUrl === undefined ? '' : ` at ${redactSecrets(baseUrl)}`
  return new ModelConnectionError(`The connection to Bedrock${where} failed: ${redactSecrets(reasonOf(cause))}`, {
    cause,
    modelName,
  })
}
