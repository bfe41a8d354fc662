import { UserError } from '../../errors/user-error.ts'
import type { ModelRequestParameters } from '../model.ts'
import { resolveOutputMode } from '../prepare.ts'
import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { BedrockProfile } from './facts.ts'
import { isThinkingAsked } from './thinking.ts'

export interface PrepareScope {
  readonly profile: BedrockProfile
  readonly settings: ModelSettings
  /** The `thinking` setting as far as the model can follow it. */
  readonly thinking: boolean | ThinkingLevel | undefined
}

/** What Bedrock wants decided before the shared preparation.
 *  Thinking and output tools exclude each other: `auto` becomes native or prompted output, an explicit `tool` is refused.
 *  Native output is always strict, so its schema takes the strict form.
 *  @throws {UserError} when output tools are demanded of a model that is to think */
export function prepareForBedrock(parameters: ModelRequestParameters, scope: PrepareScope): ModelRequestParameters {
  const chosen = withoutOutputTools(parameters, scope)
  const { outputObject } = chosen
  if (outputObject === undefined || resolveOutputMode(scope.profile, chosen.outputMode) !== 'native') return chosen
  return { ...chosen, outputObject: { ...outputObject, strict: true } }
}

function withoutOutputTools(
  parameters: ModelRequestParameters,
  { profile, settings, thinking }: PrepareScope,
): ModelRequestParameters {
  if (parameters.outputTools.length === 0 || !isThinkingAsked(thinking, settings, profile)) return parameters
  const instead = profile.supportsJsonSchemaOutput ? 'native' : 'prompted'
  if (parameters.outputMode === 'auto') return { ...parameters, outputMode: instead, allowTextOutput: true }
  if (parameters.outputMode !== 'tool' || parameters.allowTextOutput) return parameters
  throw new UserError(
    `Bedrock does not think and call output tools at the same time. Use ${instead} output (\`${instead}Output(…)\`), or switch \`thinking\` off.`,
  )
}
