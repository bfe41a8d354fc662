import { parseModelId } from './model-id.ts'

export interface PermissionsOptions {
  /** Id of a model, of an inference profile, or an ARN. */
  readonly modelName: string
  /** Where requests are sent from. */
  readonly region: string
  /** Default `*`. */
  readonly account?: string
  /** Default `true`. */
  readonly stream?: boolean
  readonly countTokens?: boolean
  /** Tools that Bedrock runs (`nova_grounding`, `nova_code_interpreter`). */
  readonly nativeTools?: boolean
  /** Id or ARN of a guardrail. */
  readonly guardrail?: string
}

/** One statement of an IAM policy. */
export interface RequiredPermission {
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** What IAM must allow. A cross-region profile needs itself and its model in every Region it leads to.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html (read 2026-08-22) */
export function requiredPermissions(options: PermissionsOptions): RequiredPermission[] {
  const { modelName, region, account = '*', stream = true, countTokens, nativeTools, guardrail } = options
  const place = { partition: partitionOf(region), region, account }
  const resources = modelResources(modelName, place)
  // Converse and ConverseStream have no action of their own
  const actions = ['bedrock:InvokeModel', ...(stream ? ['bedrock:InvokeModelWithResponseStream'] : [])]
  const permissions: RequiredPermission[] = [{ actions, resources }]
  if (countTokens) {
    permissions.push({ actions: ['bedrock:CountTokens'], resources: [modelArn(parseModelId(modelName).baseId, place)] })
  }
  if (nativeTools) permissions.push({ actions: ['bedrock:InvokeTool'], resources: ['*'] })
  if (guardrail !== undefined) {
    const arn = guardrail.startsWith('arn:')
      ? guardrail
      : `arn:${place.partition}:bedrock:${region}:${account}:guardrail/${guardrail}`
    permissions.push({ actions: ['bedrock:ApplyGuardrail'], resources: [arn] })
  }
  return permissions
}

interface Place {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** AWS is three clouds, each with ARNs of its own. */
function partitionOf(region: string): string {
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return region.startsWith('cn-') ? 'aws-cn' : 'aws'
}

function modelArn(model: string, { partition, region }: Place): string {
  return model.startsWith('arn:') ? model : `arn:${partition}:bedrock:${region}::foundation-model/${model}`
}

function modelResources(modelName: string, place: Place): string[] {
  const { arn, geo, baseId } = parseModelId(modelName)
  const { partition, region, account } = place
  if (arn !== undefined && geo === undefined) {
    const isOpaque = arn.resource === 'application-inference-profile'
    return isOpaque ? [modelName, modelArn('*', { ...place, region: '*' })] : [modelName]
  }
  if (geo === undefined) return [modelArn(baseId, place)]
  const regions = geo === 'global' ? ['*', ''] : ['*']
  return [
    arn === undefined ? `arn:${partition}:bedrock:${region}:${account}:inference-profile/${modelName}` : modelName,
    // the global profile asks for its model under an ARN without Region, too
    ...regions.map(each => modelArn(baseId, { ...place, region: each })),
  ]
}
