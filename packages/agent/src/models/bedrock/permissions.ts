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
  const resources = modelResources(modelName, region, account)
  // Converse and ConverseStream have no action of their own
  const actions = ['bedrock:InvokeModel', ...(stream ? ['bedrock:InvokeModelWithResponseStream'] : [])]
  const permissions: RequiredPermission[] = [{ actions, resources }]
  if (countTokens) {
    const model = `arn:aws:bedrock:${region}::foundation-model/${parseModelId(modelName).baseId}`
    permissions.push({ actions: ['bedrock:CountTokens'], resources: [model] })
  }
  if (nativeTools) permissions.push({ actions: ['bedrock:InvokeTool'], resources: ['*'] })
  if (guardrail !== undefined) {
    const arn = guardrail.startsWith('arn:') ? guardrail : `arn:aws:bedrock:${region}:${account}:guardrail/${guardrail}`
    permissions.push({ actions: ['bedrock:ApplyGuardrail'], resources: [arn] })
  }
  return permissions
}

function modelResources(modelName: string, region: string, account: string): string[] {
  const { arn, geo, baseId } = parseModelId(modelName)
  if (arn?.resource === 'application-inference-profile') return [modelName, 'arn:aws:bedrock:*::foundation-model/*']
  if (arn !== undefined) return [modelName]
  if (geo === undefined) return [`arn:aws:bedrock:${region}::foundation-model/${baseId}`]
  const regions = geo === 'global' ? ['*', ''] : ['*']
  return [
    `arn:aws:bedrock:${region}:${account}:inference-profile/${modelName}`,
    // the global profile asks for its model under an ARN without Region, too
    ...regions.map(place => `arn:aws:bedrock:${place}::foundation-model/${baseId}`),
  ]
}
