import { createHash } from 'node:crypto'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { AwsError } from './aws-error.ts'
import type { AuthSeen } from './log.ts'

export interface Credential {
  accessKeyId: string
  secretAccessKey: string
  /** when set, requests must carry it as `x-amz-security-token` */
  sessionToken?: string
}

export interface AuthOptions {
  /** accepted SigV4 credentials; default `[{ accessKeyId: 'local', secretAccessKey: 'local' }]`.
   *  `'any'` accepts every well-formed signature without checking it */
  credentials?: readonly Credential[] | 'any'
  /** accepted bearer tokens (Bedrock API keys); default `'any'` */
  bearerTokens?: readonly string[] | 'any'
  /** refused with "Bearer Token has expired" */
  expiredBearerTokens?: readonly string[]
  /** how far the signing time may be off; default 300_000 (5 minutes), as AWS */
  maxClockSkewMs?: number
}

export const localCredential = { accessKeyId: 'local', secretAccessKey: 'local' } satisfies Credential

export interface SignedRequest {
  method: string
  /** raw path with query */
  path: string
  headers: Record<string, string>
  body: Uint8Array
}

export type AuthCheck = { seen: AuthSeen; error?: AwsError }

/** Checks who calls. Never throws: the log wants to know what was sent even when it is refused. */
export async function checkAuth(request: SignedRequest, options: AuthOptions): Promise<AuthCheck> {
  const header = request.headers['authorization'] ?? ''
  const bearer = /^Bearer\s+(.+)$/i.exec(header)
  if (bearer) return checkBearer(bearer[1]!, options)
  if (header.startsWith('AWS4-HMAC-SHA256')) return checkSigV4(request, header, options)
  const error = new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
  return { seen: { kind: 'none', isAccepted: false }, error }
}

function checkBearer(token: string, { bearerTokens = 'any', expiredBearerTokens = [] }: AuthOptions): AuthCheck {
  const seen: AuthSeen = { kind: 'bearer', keyId: token.slice(0, 8), isAccepted: false }
  if (expiredBearerTokens.includes(token)) {
    return { seen, error: new AwsError('AccessDeniedException', 'Bearer Token has expired') }
  }
  if (bearerTokens !== 'any' && !bearerTokens.includes(token)) {
    const message = 'Authentication failed: Please make sure your API Key is valid.'
    return { seen, error: new AwsError('AccessDeniedException', message) }
  }
  return { seen: { ...seen, isAccepted: true } }
}

interface SigV4Header {
  accessKeyId: string
  region: string
  service: string
  signedHeaders: string[]
  signature: string
}

function parseSigV4(header: string): SigV4Header | undefined {
  const credential = /Credential=([^\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request/.exec(header)
  const signedHeaders = /SignedHeaders=([^\s,]+)/.exec(header)
  const signature = /Signature=([0-9a-f]{64})/.exec(header)
  if (!credential || !signedHeaders || !signature) return undefined
  return {
    accessKeyId: credential[1]!,
    region: credential[3]!,
    service: credential[4]!,
    signedHeaders: signedHeaders[1]!.split(';'),
    signature: signature[1]!,
  }
}

async function checkSigV4(request: SignedRequest, header: string, options: AuthOptions): Promise<AuthCheck> {
  const parsed = parseSigV4(header)
  if (!parsed) {
    const message = `Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters. Authorization=${header.slice(0, 40)}…`
    return { seen: { kind: 'sigv4', isAccepted: false }, error: new AwsError('IncompleteSignatureException', message) }
  }
  const { accessKeyId, region, service, signedHeaders } = parsed
  const seen: AuthSeen = { kind: 'sigv4', keyId: accessKeyId, region, service, signedHeaders, isAccepted: false }
  const error = await sigV4Error(request, parsed, options)
  return error ? { seen, error } : { seen: { ...seen, isAccepted: true } }
}

async function sigV4Error(
  request: SignedRequest,
  parsed: SigV4Header,
  options: AuthOptions,
): Promise<AwsError | undefined> {
  const { credentials = [localCredential], maxClockSkewMs = 300_000 } = options
  if (parsed.service !== 'bedrock') {
    return new AwsError('InvalidSignatureException', `Credential should be scoped to correct service: 'bedrock'. `)
  }
  if (credentials === 'any') return undefined
  const credential: Credential | undefined = credentials.find(item => item.accessKeyId === parsed.accessKeyId)
  const token = request.headers['x-amz-security-token']
  if (!credential || (credential.sessionToken ?? token) !== token) {
    return new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.')
  }
  const signedAt = parseAmzDate(request.headers['x-amz-date'])
  const skew = signedAt && clockError(signedAt, maxClockSkewMs)
  if (skew) return skew
  const expected = signedAt && (await signatureOf(request, parsed, { credential, signedAt }))
  return expected === parsed.signature ? undefined : new AwsError('InvalidSignatureException', mismatch)
}

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

/** Signs what the client says it signed, with the secret we know. */
async function signatureOf(
  request: SignedRequest,
  parsed: SigV4Header,
  { credential, signedAt }: { credential: Credential; signedAt: Date },
): Promise<string | undefined> {
  const { accessKeyId, secretAccessKey } = credential
  const announced = request.headers['x-amz-content-sha256']
  const actual = createHash('sha256').update(request.body).digest('hex')
  if (announced !== undefined && announced !== 'UNSIGNED-PAYLOAD' && announced !== actual) return undefined
  const names = new Set(parsed.signedHeaders)
  // over HTTP/2 the JavaScript SDK signs `:authority` where others sign `host`
  const signed = Object.entries({ ...request.headers, ':authority': request.headers['host'] ?? '' }).filter(([name]) =>
    names.has(name),
  )
  // given the payload hash, the signer does not compute it again (nor sign it, unless the client did)
  const headers = { ...Object.fromEntries(signed), 'x-amz-content-sha256': announced ?? actual }
  const url = new URL(request.path, 'http://local')
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region: parsed.region,
    service: parsed.service,
    sha256: Sha256,
    applyChecksum: false,
  })
  const result = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'local',
      path: request.path.split('?')[0]!,
      query: Object.fromEntries(url.searchParams),
      headers,
      body: request.body,
    },
    {
      signingDate: signedAt,
      signableHeaders: names,
      unsignableHeaders: new Set(names.has('x-amz-content-sha256') ? [] : ['x-amz-content-sha256']),
    },
  )
  return parseSigV4(result.headers['authorization'] ?? '')?.signature
}

function parseAmzDate(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '')
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

const amzDate = (date: Date): string => date.toISOString().replace(/[-:]|\.\d+/g, '')

function clockError(signedAt: Date, maxClockSkewMs: number): AwsError | undefined {
  const now = Date.now()
  const minutes = Math.round(maxClockSkewMs / 60_000)
  const oldest = new Date(now - maxClockSkewMs)
  const newest = new Date(now + maxClockSkewMs)
  if (signedAt < oldest) {
    const message = `Signature expired: ${amzDate(signedAt)} is now earlier than ${amzDate(oldest)} (${amzDate(new Date(now))} - ${minutes} min.)`
    return new AwsError('InvalidSignatureException', message)
  }
  if (signedAt > newest) {
    const message = `Signature not yet current: ${amzDate(signedAt)} is still later than ${amzDate(newest)} (${amzDate(new Date(now))} + ${minutes} min.)`
    return new AwsError('InvalidSignatureException', message)
  }
  return undefined
}
