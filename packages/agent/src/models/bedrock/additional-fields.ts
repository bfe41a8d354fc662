import type { JsonObject } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { BedrockFacts } from './facts.ts'
import { thinkingFields } from './thinking.ts'

/** `additionalModelRequestFields`: what Converse has no word for, in the words of the family. The user's own keys win.
 *  `undefined`: nothing to say. An unknown key is refused by Bedrock, so families get nothing they are not known to take. */
export function additionalFields(
  thinking: boolean | ThinkingLevel | undefined,
  facts: BedrockFacts,
  settings: ModelSettings,
): JsonObject | undefined {
  const own = settings.bedrockAdditionalModelRequestsFields ?? {}
  const fields = { ...topKFields(facts, settings, own), ...thinkingFields(thinking, facts, settings), ...own }
  const merged = { ...fields, ...mergedInference(facts, settings, own) }
  return Object.keys(merged).length === 0 ? undefined : merged
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
