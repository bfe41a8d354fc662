import type { BedrockClient, BedrockClientConfig, FoundationModelSummary } from '@aws-sdk/client-bedrock'
import type { BedrockRuntimeClient, BedrockRuntimeClientConfig } from '@aws-sdk/client-bedrock-runtime'
import { MissingPackageError } from '../../errors/user-error.ts'
import { Deadlines } from '../deadlines.ts'
import { nameCredentialFailures } from './credential-failures.ts'
import { mapError } from './errors.ts'
import { BedrockProvider, http1Handler } from './provider.ts'

export interface ControlPlaneOptions {
  /** Region, credentials, transport and timeouts; those of its client, where it has one. Default: from the environment. */
  readonly provider?: BedrockProvider
  /** A client of yours: a `BedrockClient` of `@aws-sdk/client-bedrock`. Of `provider` only the timeouts then count. */
  readonly client?: ControlPlaneClient
  readonly signal?: AbortSignal
}

/** What is used of a `BedrockClient`, so that our types can be read without its package, which few need. */
export interface ControlPlaneClient {
  send(command: never, options: never): Promise<unknown>
  destroy(): void
}

export interface FoundationModelFilter {
  /** As the service spells it: `Anthropic`, `Amazon`. */
  readonly vendor?: string
  readonly output?: 'TEXT' | 'IMAGE' | 'EMBEDDING'
  /** `ON_DEMAND`: callable by its own id · `INFERENCE_PROFILE`: only through a profile. */
  readonly inference?: 'ON_DEMAND' | 'PROVISIONED' | 'INFERENCE_PROFILE'
}

/** A model that the Region has. */
export interface FoundationModel {
  readonly id: string
  readonly name?: string
  readonly vendor?: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly inference: readonly string[]
  readonly canStream: boolean
  /** `ACTIVE`, or `LEGACY` for models about to go. */
  readonly status?: string
}

/** The models of the Region. Whether the account may call them is another matter: see `doctorBedrock`.
 *  @throws {MissingPackageError} without `@aws-sdk/client-bedrock` · {ModelHttpError} · {ModelConnectionError} · {ModelTimeoutError}
 *  @example await listFoundationModels({ vendor: 'Anthropic' }, { provider }) */
export async function listFoundationModels(
  filter: FoundationModelFilter = {},
  options: ControlPlaneOptions = {},
): Promise<FoundationModel[]> {
  return withControlPlane(options, async ({ sdk, client, ask }) => {
    const command = new sdk.ListFoundationModelsCommand({
      byProvider: filter.vendor,
      byOutputModality: filter.output,
      // newer than the words the SDK knows
      byInferenceType: filter.inference as 'ON_DEMAND' | undefined,
    })
    const { modelSummaries = [] } = await ask(abortSignal => client.send(command, { abortSignal }))
    return modelSummaries.map(foundationModel)
  })
}

function foundationModel(summary: FoundationModelSummary): FoundationModel {
  return {
    id: summary.modelId ?? '',
    name: summary.modelName,
    vendor: summary.providerName,
    input: summary.inputModalities ?? [],
    output: summary.outputModalities ?? [],
    inference: summary.inferenceTypesSupported ?? [],
    canStream: summary.responseStreamingSupported === true,
    status: summary.modelLifecycle?.status,
  }
}

/** A way to call a model in several Regions, or one that belongs to an application. */
export interface InferenceProfile {
  readonly id: string
  readonly arn: string
  readonly name?: string
  /** ids of the models it leads to, the same model in each Region */
  readonly models: readonly string[]
}

/** @param type `SYSTEM_DEFINED`: `us.…`, `global.…` · `APPLICATION`: made in this account */
export async function listInferenceProfiles(
  type: 'SYSTEM_DEFINED' | 'APPLICATION',
  options: ControlPlaneOptions = {},
): Promise<InferenceProfile[]> {
  return withControlPlane(options, async ({ sdk, client, ask }) => {
    const profiles: InferenceProfile[] = []
    let nextToken: string | undefined
    do {
      const command = new sdk.ListInferenceProfilesCommand({ typeEquals: type, maxResults: 1000, nextToken })
      const page = await ask(abortSignal => client.send(command, { abortSignal }))
      profiles.push(...(page.inferenceProfileSummaries ?? []).map(inferenceProfile))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return profiles
  })
}

/** What an inference profile's id or ARN leads to: how the family of an opaque ARN is found out. Needs `bedrock:GetInferenceProfile`. */
export async function getInferenceProfile(id: string, options: ControlPlaneOptions = {}): Promise<InferenceProfile> {
  return withControlPlane(options, async ({ sdk, client, ask }) => {
    const command = new sdk.GetInferenceProfileCommand({ inferenceProfileIdentifier: id })
    return inferenceProfile(await ask(abortSignal => client.send(command, { abortSignal })))
  })
}

interface ProfileFields {
  readonly inferenceProfileId?: string
  readonly inferenceProfileArn?: string
  readonly inferenceProfileName?: string
  readonly models?: readonly { readonly modelArn?: string }[]
}

function inferenceProfile(fields: ProfileFields): InferenceProfile {
  const models = (fields.models ?? []).flatMap(({ modelArn }) => modelArn?.split('/').at(-1) ?? [])
  return {
    id: fields.inferenceProfileId ?? '',
    arn: fields.inferenceProfileArn ?? '',
    name: fields.inferenceProfileName,
    models: [...new Set(models)],
  }
}

interface ControlPlane {
  readonly sdk: typeof import('@aws-sdk/client-bedrock')
  readonly client: BedrockClient
  /** Runs one request under the time limits of the provider. */
  readonly ask: <T>(request: (signal: AbortSignal) => Promise<T>) => Promise<T>
}

const who = 'the Bedrock control plane'

async function withControlPlane<T>(
  options: ControlPlaneOptions,
  work: (plane: ControlPlane) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-bedrock').catch((error: unknown) => {
    throw new MissingPackageError('@aws-sdk/client-bedrock', 'lists of Bedrock models and inference profiles', {
      cause: error,
    })
  })
  const provider = options.provider ?? new BedrockProvider()
  // the type of the option says less than there is
  const given = options.client as BedrockClient | undefined
  const { client, isOwnTransport } = given ? { client: given, isOwnTransport: false } : await makeClient(sdk, provider)
  try {
    return await work({ sdk, client, ask: request => ask(request, provider, options.signal) })
  } finally {
    // the transport of a provider's client goes on serving models
    if (isOwnTransport) client.destroy()
  }
}

async function ask<T>(
  request: (signal: AbortSignal) => Promise<T>,
  { timeouts, running }: BedrockProvider,
  caller: AbortSignal | undefined,
): Promise<T> {
  const deadlines = new Deadlines({
    modelName: who,
    signal: caller,
    totalMs: timeouts.timeoutMs,
    firstByteMs: timeouts.firstByteTimeoutMs,
    idleMs: 0,
    onRelease: ended => running.delete(ended),
  })
  running.add(deadlines)
  const { signal } = deadlines
  try {
    return await deadlines.race(request(signal))
  } catch (error) {
    throw signal.aborted ? signal.reason : mapError(error, { modelName: who })
  } finally {
    deadlines.release()
  }
}

async function makeClient(sdk: ControlPlane['sdk'], provider: BedrockProvider) {
  const { controlUrl } = provider.options
  const config = provider.client === undefined ? provider.clientConfig() : configOf(provider.client)
  // of the runtime alone
  delete config.endpoint
  delete config.endpointProvider
  const isShared = isSharedTransport(config.requestHandler)
  const isMissing = !isShared && (config.requestHandler === undefined || 'handle' in config.requestHandler)
  if (isMissing) config.requestHandler = await http1Handler(provider)
  if (controlUrl !== undefined) config.endpoint = controlUrl
  // what else only the runtime's client understands, the other ignores
  const client = new sdk.BedrockClient(config as BedrockClientConfig)
  nameCredentialFailures(client.config)
  return { client, isOwnTransport: !isShared }
}

/** A transport, not options for one. Over HTTP/2 the runtime alone is known to answer. */
function isSharedTransport(handler: BedrockRuntimeClientConfig['requestHandler']): boolean {
  if (handler === undefined || !('handle' in handler)) return false
  const { metadata } = handler as { readonly metadata?: { readonly handlerProtocol?: string } }
  return !metadata?.handlerProtocol?.startsWith('h2')
}

/** What one client has and another can be made with: the same Region, identity, transport and attempts. */
function configOf({ config }: BedrockRuntimeClient): BedrockRuntimeClientConfig {
  const { region, credentials, token, authSchemePreference, useFipsEndpoint, useDualstackEndpoint } = config
  const { requestHandler, maxAttempts, retryMode, logger, customUserAgent, userAgentAppId } = config
  const identity = { region, credentials, token, authSchemePreference, useFipsEndpoint, useDualstackEndpoint }
  return { ...identity, requestHandler, maxAttempts, retryMode, logger, customUserAgent, userAgentAppId }
}
