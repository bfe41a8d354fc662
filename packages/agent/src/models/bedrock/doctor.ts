import { ModelHttpError } from '../../errors/model-http-error.ts'
import { redactSecrets } from '../../errors/redact.ts'
import type { ModelCall } from '../model.ts'
import { listInferenceProfiles, type ControlPlaneOptions } from './control-plane.ts'
import { endpointOf } from './client-endpoint.ts'
import { credentialsError, mapError } from './errors.ts'
import { BedrockConverseModel } from './model.ts'
import { parseModelId } from './model-id.ts'
import { BedrockProvider } from './provider.ts'
import { requiredPermissions } from './permissions.ts'

export interface DoctorOptions extends ControlPlaneOptions {
  /** Asked for one token, which costs a fraction of a cent. Absent: no model is called. */
  readonly modelName?: string
  /** What your agent sets; quota is reserved by it. */
  readonly maxTokens?: number
}

export interface DoctorCheck {
  readonly name: 'package' | 'region' | 'endpoint' | 'credentials' | 'model access' | 'inference profile' | 'quota'
  /** `skipped`: something before it failed, or it was not asked for. */
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped'
  /** What was found. */
  readonly detail: string
  /** What to do about it. */
  readonly advice?: string
}

export interface DoctorReport {
  readonly isHealthy: boolean
  readonly checks: readonly DoctorCheck[]
}

/** Looks at everything a request to Bedrock needs and says what is missing. Never throws for what it finds.
 *
 *  @example
 *  const { checks } = await doctorBedrock({ modelName: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' })
 *  for (const { name, status, detail, advice } of checks) console.log(status, name, detail, advice ?? '') */
export async function doctorBedrock(options: DoctorOptions = {}): Promise<DoctorReport> {
  const provider = options.provider ?? new BedrockProvider()
  const checks: DoctorCheck[] = []
  let region: string | undefined
  const clientCheck = await check('region', async () => {
    const client = await provider.getClient()
    region = await client.config.region()
    return ok('region', region)
  })
  const isPackageMissing = clientCheck.detail.includes('npm install')
  checks.push(
    isPackageMissing
      ? { ...clientCheck, name: 'package' }
      : ok('package', '@aws-sdk/client-bedrock-runtime is installed'),
  )
  if (!isPackageMissing) checks.push(clientCheck)
  if (clientCheck.status === 'failed') return report([...checks, skipped('credentials'), skipped('model access')])

  checks.push(await check('endpoint', () => describeEndpoint(provider)))
  const credentials = await check('credentials', () =>
    describeCredentials(provider).catch((error: unknown) => {
      // also of a client that was given, whose errors do not tell
      throw credentialsError(error)
    }),
  )
  checks.push(credentials)
  if (options.modelName === undefined || credentials.status === 'failed')
    return report([...checks, skipped('model access')])
  const access = await checkModel(options.modelName, { ...options, provider, region })
  return report([...checks, ...access, quota(options.maxTokens)])
}

async function describeEndpoint(provider: BedrockProvider): Promise<DoctorCheck> {
  const { config } = await provider.getClient()
  return ok('endpoint', redactSecrets((await endpointOf(config)) ?? 'that of the given client'))
}

async function describeCredentials(provider: BedrockProvider): Promise<DoctorCheck> {
  const { config } = await provider.getClient()
  const [preferred] = await config.authSchemePreference()
  if (preferred === 'httpBearerAuth') return ok('credentials', 'a Bedrock API key is sent (httpBearerAuth)')
  const { accessKeyId, sessionToken, expiration } = await config.credentials()
  const kind = sessionToken === undefined ? 'long-lived' : 'temporary'
  const detail = `access key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-2)}, ${kind}`
  if (expiration === undefined) return ok('credentials', detail)
  const minutes = Math.round((expiration.getTime() - Date.now()) / 60_000)
  if (minutes > 0) return ok('credentials', `${detail}, valid for ${minutes} more minutes`)
  return {
    name: 'credentials',
    status: 'failed',
    detail: `${detail}, expired`,
    advice: 'Refresh them (for SSO: aws sso login).',
  }
}

const ping: ModelCall = {
  messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Say yes.' }] }],
  settings: { maxTokens: 1 },
  parameters: {
    functionTools: [],
    nativeTools: [],
    outputMode: 'text',
    outputTools: [],
    allowTextOutput: true,
    allowImageOutput: false,
  },
}

interface Found extends DoctorOptions {
  readonly provider: BedrockProvider
  readonly region?: string
}

async function checkModel(modelName: string, found: Found): Promise<DoctorCheck[]> {
  const { provider, signal, region = '*' } = found
  try {
    const { providerDetails } = await new BedrockConverseModel(modelName, { provider }).request({
      ...ping,
      signal,
    })
    const latency = providerDetails?.['latency_ms']
    return [
      ok('model access', `\`${modelName}\` answered${typeof latency === 'number' ? ` in ${latency} ms` : ''}`),
      ok('inference profile', profileOf(modelName)),
    ]
  } catch (error) {
    const refusal = describeRefusal(error, modelName, region)
    const needsProfile = ModelHttpError.is(error) && /on-demand throughput/i.test(error.message)
    return needsProfile ? [refusal, await suggestProfile(modelName, found)] : [refusal]
  }
}

/** What refusals are about, and what helps. The first that fits counts. */
const refusals: readonly { about: DoctorCheck['name']; told: RegExp; advice: string }[] = [
  {
    about: 'credentials',
    told: /expiredtoken|token included in the request is expired/i,
    advice: 'Refresh them (for SSO: aws sso login).',
  },
  {
    about: 'credentials',
    told: /unrecognizedclient|invalidsignature|incompletesignature|token included in the request is invalid/i,
    advice:
      'AWS does not know these keys, or they do not match: check key, secret and session token, and that they are of this partition (China and GovCloud have their own).',
  },
  {
    about: 'quota',
    told: /throttling|too many (requests|tokens)/i,
    advice:
      'The model is there, its quota is used up: set `maxTokens`, use a cross-region profile, or ask for more in Service Quotas.',
  },
  {
    about: 'model access',
    told: /use case details/i,
    advice: "Fill in the form of the model's vendor: Bedrock console, model catalog.",
  },
  {
    about: 'model access',
    told: /model identifier is invalid|legacy|end of its life/i,
    advice: '`listFoundationModels()` and `listInferenceProfiles()` tell what this Region has.',
  },
  {
    about: 'endpoint',
    told: /the connection to bedrock/i,
    advice: 'Check the Region by its letters, then VPC endpoint, proxy and firewall.',
  },
]

function codeOf(error: unknown): string {
  const body = ModelHttpError.is(error) ? (error.body as { readonly code?: string } | undefined) : undefined
  return body?.code ?? ''
}

/** `AccessDenied` becomes "missing action X on ARN Y". */
function describeRefusal(error: unknown, modelName: string, region: string): DoctorCheck {
  const detail = error instanceof Error ? error.message : String(error)
  const isDenied = ModelHttpError.is(error) && error.status === 403
  const action = /perform:? (bedrock:\w+) on resource:? ([^\s,]+)/i.exec(detail)
  if (action !== null) {
    return {
      name: 'model access',
      status: 'failed',
      detail: `missing action ${action[1]} on ${action[2]}`,
      advice:
        'Add it to the IAM policy of these credentials; an explicit deny, or a service control policy on aws:RequestedRegion, also leads here.',
    }
  }
  const known = refusals.find(({ told }) => told.test(`${codeOf(error)} ${detail}`))
  if (known !== undefined) return { name: known.about, status: 'failed', detail, advice: known.advice }
  if (!isDenied) return { name: 'model access', status: 'failed', detail }
  const needed = requiredPermissions({ modelName, region }).map(
    ({ actions, resources }) => `${actions.join(', ')} on ${resources.join(', ')}`,
  )
  return {
    name: 'model access',
    status: 'failed',
    detail,
    advice: `Request access to the model in the Bedrock console, and allow in IAM: ${needed.join('; ')}.`,
  }
}

async function suggestProfile(modelName: string, options: ControlPlaneOptions): Promise<DoctorCheck> {
  const { baseId } = parseModelId(modelName)
  const detail = `\`${modelName}\` can only be called through an inference profile`
  try {
    const profiles = await listInferenceProfiles('SYSTEM_DEFINED', options)
    const ids = profiles.filter(({ models }) => models.includes(baseId)).map(({ id }) => `\`${id}\``)
    const advice = ids.length === 0 ? 'This Region has none for it.' : `Use ${ids.join(' or ')}.`
    return { name: 'inference profile', status: 'failed', detail, advice }
  } catch {
    return {
      name: 'inference profile',
      status: 'failed',
      detail,
      advice: `Use \`us.${baseId}\`, \`eu.${baseId}\` or \`global.${baseId}\`, whichever your Region has.`,
    }
  }
}

function profileOf(modelName: string): string {
  const { geo, arn } = parseModelId(modelName)
  if (arn !== undefined) return `called by ARN (${arn.resource})`
  return geo === undefined ? 'none needed' : `cross-region profile of ${geo}`
}

/** Quota is reserved as input plus `maxTokens`; left open, the model's maximum is reserved.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html (read 2026-08-22) */
function quota(maxTokens: number | undefined): DoctorCheck {
  if (maxTokens !== undefined) return ok('quota', `each request reserves its input and ${maxTokens} tokens`)
  const advice = 'Set `maxTokens` to what answers really need: throttling then comes much later.'
  return {
    name: 'quota',
    status: 'warning',
    detail: "without `maxTokens` each request reserves the model's maximum",
    advice,
  }
}

async function check(name: DoctorCheck['name'], work: () => Promise<DoctorCheck>): Promise<DoctorCheck> {
  try {
    return await work()
  } catch (error) {
    return { name, status: 'failed', detail: mapError(error, { modelName: 'Bedrock' }).message }
  }
}

function report(checks: readonly DoctorCheck[]): DoctorReport {
  return { isHealthy: checks.every(({ status }) => status !== 'failed'), checks }
}

function ok(name: DoctorCheck['name'], detail: string): DoctorCheck {
  return { name, status: 'ok', detail }
}

function skipped(name: DoctorCheck['name']): DoctorCheck {
  return { name, status: 'skipped', detail: 'not looked at' }
}
