import type { BedrockClient, FoundationModelSummary } from '@aws-sdk/client-bedrock'
import { MissingPackageError } from '../../errors/user-error.ts'
import { mapError } from './errors.ts'
import { authConfig, BedrockProvider } from './provider.ts'

export interface ControlPlaneOptions {
  /** Region and credentials. Default: from the environment. */
  readonly provider?: BedrockProvider
  /** A client of yours: a `BedrockClient` of `@aws-sdk/client-bedrock`. */
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
 *  @throws {MissingPackageError} without `@aws-sdk/client-bedrock` · {ModelHttpError}
 *  @example await listFoundationModels({ vendor: 'Anthropic' }, { provider }) */
export async function listFoundationModels(
  filter: FoundationModelFilter = {},
  options: ControlPlaneOptions = {},
): Promise<FoundationModel[]> {
  return withControlPlane(options, async ({ sdk, client }) => {
    const command = new sdk.ListFoundationModelsCommand({
      byProvider: filter.vendor,
      byOutputModality: filter.output,
      // newer than the words the SDK knows
      byInferenceType: filter.inference as 'ON_DEMAND' | undefined,
    })
    const { modelSummaries = [] } = await client.send(command, { abortSignal: options.signal })
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
  return withControlPlane(options, async ({ sdk, client }) => {
    const profiles: InferenceProfile[] = []
    let nextToken: string | undefined
    do {
      const command = new sdk.ListInferenceProfilesCommand({ typeEquals: type, maxResults: 1000, nextToken })
      const page = await client.send(command, { abortSignal: options.signal })
      profiles.push(...(page.inferenceProfileSummaries ?? []).map(inferenceProfile))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return profiles
  })
}

/** What an inference profile's id or ARN leads to: how the family of an opaque ARN is found out. Needs `bedrock:GetInferenceProfile`. */
export async function getInferenceProfile(id: string, options: ControlPlaneOptions = {}): Promise<InferenceProfile> {
  return withControlPlane(options, async ({ sdk, client }) => {
    const command = new sdk.GetInferenceProfileCommand({ inferenceProfileIdentifier: id })
    return inferenceProfile(await client.send(command, { abortSignal: options.signal }))
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
}

async function withControlPlane<T>(
  options: ControlPlaneOptions,
  work: (plane: ControlPlane) => Promise<T>,
): Promise<T> {
  const sdk = await import('@aws-sdk/client-bedrock').catch((error: unknown) => {
    throw new MissingPackageError('@aws-sdk/client-bedrock', 'lists of Bedrock models and inference profiles', {
      cause: error,
    })
  })
  // the type of the option says less than there is
  const given = options.client as BedrockClient | undefined
  const client = given ?? new sdk.BedrockClient(await controlConfig(options.provider ?? new BedrockProvider()))
  try {
    return await work({ sdk, client })
  } catch (error) {
    throw options.signal?.aborted ? options.signal.reason : mapError(error, { modelName: 'the Bedrock control plane' })
  } finally {
    if (given === undefined) client.destroy()
  }
}

async function controlConfig({ options, region }: BedrockProvider) {
  const { profile, controlUrl, maxAttempts } = options
  return {
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(controlUrl !== undefined && { endpoint: controlUrl }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...authConfig(options),
  }
}
