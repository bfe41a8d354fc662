import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { OpenAIProfile } from './facts.ts'
import type { OpenAIReasoningEffort } from './settings.ts'

/** The effort to ask for; `undefined`: say nothing of it. */
export function reasoningEffort(
  settings: ModelSettings,
  thinking: boolean | ThinkingLevel | undefined,
  profile: OpenAIProfile,
): OpenAIReasoningEffort | undefined {
  if (settings.openaiReasoningEffort !== undefined) return settings.openaiReasoningEffort
  if (thinking === undefined || thinking === true) return undefined
  if (thinking === false) return profile.openaiSupportsReasoningEffortNone ? 'none' : undefined
  return thinking === 'minimal' && !profile.openaiSupportsMinimalReasoningEffort ? 'low' : thinking
}

/** What a reasoning model refuses.
 *  @see https://platform.openai.com/docs/guides/latest-model#gpt-5-parameter-compatibility */
const samplingSettings = [
  'temperature',
  'topP',
  'presencePenalty',
  'frequencyPenalty',
  'logitBias',
  'openaiLogprobs',
  'openaiTopLogprobs',
] as const satisfies readonly (keyof ModelSettings)[]

/** The settings without those that this model, as it is asked to reason, would refuse. */
export function acceptedSettings(
  settings: ModelSettings,
  thinking: boolean | ThinkingLevel | undefined,
  profile: OpenAIProfile,
): ModelSettings {
  const refused = new Set<string>(profile.openaiUnsupportedModelSettings.map(toCamel))
  if (isReasoning(settings, thinking, profile)) for (const name of samplingSettings) refused.add(name)
  if (refused.size === 0) return settings
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !refused.has(name)))
}

function isReasoning(
  settings: ModelSettings,
  thinking: boolean | ThinkingLevel | undefined,
  profile: OpenAIProfile,
): boolean {
  if (!profile.openaiSupportsReasoning) return false
  const effort = reasoningEffort(settings, thinking, profile)
  if (effort !== undefined && profile.openaiSupportsReasoningEffortNone) return effort !== 'none'
  return profile.openaiReasoningEnabledByDefault || thinking === true
}

/** Profiles may name settings as a wire format does. */
function toCamel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
