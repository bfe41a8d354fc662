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

/** Claude's own word for one call at a time, which needs its own word for the choice beside it.
 *  @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use (read 2026-08-22) */
function parallelFields(
  facts: BedrockFacts,
  { parallelToolCalls }: ModelSettings,
  toolConfig: ToolConfiguration | undefined,
): JsonObject {
  const choice = toolConfig?.toolChoice
  if (parallelToolCalls !== false || choice === undefined || !facts.bedrockSupportsDisablingParallelToolCalls) return {}
  const name = choice.tool?.name
  const type = name !== undefined ? 'tool' : choice.any !== undefined ? 'any' : 'auto'
  return { tool_choice: { type, ...(name !== undefined && { name }), disable_parallel_tool_use: true } }
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
