import type { ToolConfiguration } from '@aws-sdk/client-bedrock-runtime'
import type { JsonObject } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { BedrockFacts, ResolvedBedrockFacts } from './facts.ts'
import { samplingOf } from './sampling.ts'
import { thinkingFields } from './thinking.ts'

/** `additionalModelRequestFields`: what Converse has no word for, in the words of the family. The user's own keys win.
 *  `undefined`: nothing to say. An unknown key is refused by Bedrock, so families get nothing they are not known to take. */
export function additionalFields(
  thinking: boolean | ThinkingLevel | undefined,
  facts: ResolvedBedrockFacts,
  given: ModelSettings,
  toolConfig?: ToolConfiguration,
): JsonObject | undefined {
  const settings = { ...given, ...samplingOf(given, facts, thinking) }
  const own = settings.bedrockAdditionalModelRequestsFields ?? {}
  const fields = {
    ...topKFields(facts, settings, own),
    ...thinkingFields(thinking, facts, settings),
    ...parallelFields(facts, settings, toolConfig),
    ...betaFields(facts, settings),
    ...own,
  }
  const merged = { ...fields, ...mergedInference(facts, settings, own) }
  return Object.keys(merged).length === 0 ? undefined : merged
}

/** Claude's own word for one call at a time. It lies in Claude's own tool choice, which needs a `type`: that of `toolChoice`, where
 *  one is sent, and Bedrock refuses to hear it twice; else its own.
 *  @see https://github.com/BerriAI/litellm/issues/36536 (read 2026-11-23)
 *  @see https://github.com/BerriAI/litellm/pull/34347 (read 2026-11-23) */
function parallelFields(
  facts: BedrockFacts,
  settings: ModelSettings,
  toolConfig: ToolConfiguration | undefined,
): JsonObject {
  if (toolConfig === undefined || !callsOneByOne(facts, settings)) return {}
  const isTold = toolConfig.toolChoice !== undefined
  return { tool_choice: { ...(!isTold && { type: 'auto' }), disable_parallel_tool_use: true } }
}

/** Whether Claude is told to make one call at a time. */
export function callsOneByOne(facts: BedrockFacts, { parallelToolCalls }: ModelSettings): boolean {
  return parallelToolCalls === false && facts.bedrockSupportsDisablingParallelToolCalls === true
}

function betaFields(facts: BedrockFacts, { bedrockAnthropicBetas }: ModelSettings): JsonObject {
  const isTaken = facts.bedrockThinkingVariant === 'anthropic' && bedrockAnthropicBetas?.length
  return isTaken ? { anthropic_beta: bedrockAnthropicBetas } : {}
}

function topKFields(facts: BedrockFacts, { topK }: ModelSettings, own: JsonObject): JsonObject {
  return topK !== undefined && facts.bedrockTopKVariant === 'anthropic' && own['top_k'] === undefined
    ? { top_k: topK }
    : {}
}

/** Nova reads `topK` inside its own `inferenceConfig`, which the user may have set as well. */
function mergedInference(facts: BedrockFacts, { topK }: ModelSettings, own: JsonObject): JsonObject {
  if (topK === undefined || facts.bedrockTopKVariant !== 'nova') return {}
  const given = own['inferenceConfig']
  return { inferenceConfig: isPlainObject(given) ? { topK, ...(given as JsonObject) } : { topK } }
}
