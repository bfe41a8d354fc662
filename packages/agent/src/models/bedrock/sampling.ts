import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { ResolvedBedrockFacts } from './facts.ts'
import { isThinkingAsked } from './thinking.ts'

export type Sampling = Pick<ModelSettings, 'temperature' | 'topP' | 'topK'>

const leastTopPWhenThinking = 0.95

/** The sampling settings that the model takes. Claude refuses a request over one too many: newer versions know none, most others
 *  not `temperature` and `topP` together, and a Claude that thinks none that narrows what it may think.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html (read 2026-11-23) */
export function samplingOf(
  settings: ModelSettings,
  facts: ResolvedBedrockFacts,
  thinking: boolean | ThinkingLevel | undefined,
): Sampling {
  if (facts.bedrockSampling === 'none') return { temperature: undefined, topP: undefined, topK: undefined }
  let { temperature, topP, topK } = settings
  if (facts.bedrockThinkingVariant === 'anthropic' && isThinkingAsked(thinking, settings, facts)) {
    if (temperature !== 1) temperature = undefined
    if (topP !== undefined && topP < leastTopPWhenThinking) topP = undefined
    topK = undefined
  }
  if (facts.bedrockSampling === 'one' && temperature !== undefined) topP = undefined
  return { temperature, topP, topK }
}
