import { didYouMean } from '../did-you-mean.ts'
import { parseModelId } from './model-id.ts'
import { LatestBedrockModelNames } from './names.ts'

/** The model that a name Bedrock does not know was meant for: one that it begins, such as `claude-sonnet-4-5`, else one that is
 *  spelled much the same. `undefined` for a name that is right, and for one like no other. */
export function suggestModel(modelName: string): string | undefined {
  const names: readonly string[] = LatestBedrockModelNames
  if (names.includes(modelName)) return undefined
  const { geo, name = modelName } = parseModelId(modelName)
  const begun = names.filter(each => parseModelId(each).name?.startsWith(`${name}-`))
  // a profile serves what the model alone does not
  const wanted = geo === undefined ? ['global', 'us', undefined] : [geo, undefined]
  for (const each of wanted) {
    const found = begun.findLast(candidate => parseModelId(candidate).geo === each)
    if (found !== undefined) return found
  }
  return didYouMean(modelName, names)
}
