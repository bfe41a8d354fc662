import { UserError } from '../../errors/user-error.ts'
import { getInferenceProfile } from './control-plane.ts'
import { BedrockConverseModel, type BedrockModelOptions } from './model.ts'

/** The model behind an application inference profile, called through it. The ARN alone does not say which model that is, and so
 *  not what it can do: the profile is looked up (`bedrock:GetInferenceProfile`).
 *  @throws {MissingPackageError} without `@aws-sdk/client-bedrock` · {ModelHttpError} when the look-up is not allowed. Then name the
 *  model yourself: `new BedrockConverseModel(name, { settings: { bedrockInferenceProfile: arn } })` */
export async function modelOfProfile(arn: string, options: BedrockModelOptions = {}): Promise<BedrockConverseModel> {
  const { models } = await getInferenceProfile(arn, { provider: options.provider })
  const [modelName] = models
  if (modelName === undefined) throw new UserError(`The inference profile ${arn} leads to no model.`)
  return new BedrockConverseModel(modelName, {
    ...options,
    settings: { ...options.settings, bedrockInferenceProfile: arn },
  })
}
