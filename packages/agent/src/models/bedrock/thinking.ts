import type { Message } from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { JsonObject } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'
import type { ModelSettings, ThinkingLevel } from '../settings.ts'
import type { BedrockFacts } from './facts.ts'
import type { BedrockThinkingVariant } from './families.ts'

/** What the unified `thinking` setting becomes in `additionalModelRequestFields`. */
type ThinkingFields = (thinking: boolean | ThinkingLevel, facts: BedrockFacts, settings: ModelSettings) => JsonObject

/** Tokens Claude may think, by level.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-extended-thinking.html (read 2026-08-22) */
const claudeBudgets: Readonly<Record<ThinkingLevel, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 10_000,
  high: 16_384,
  xhigh: 32_768,
}
const leastBudget = 1024

/** Levels of models that know fewer than the five. */
const claudeEfforts = { minimal: 'low', low: 'low', medium: 'medium', high: 'high', xhigh: 'max' } as const
const threeLevels = { minimal: 'low', low: 'low', medium: 'medium', high: 'high', xhigh: 'high' } as const
const twoLevels = { minimal: 'low', low: 'low', medium: 'high', high: 'high', xhigh: 'high' } as const

const nothing: JsonObject = {}

const byVariant: Readonly<Record<BedrockThinkingVariant, ThinkingFields>> = {
  anthropic: (thinking, facts, settings): JsonObject => {
    if (thinking === false) return { thinking: { type: 'disabled' } }
    if (facts.bedrockSupportsAdaptiveThinking) return adaptive(thinking, facts)
    const budget = claudeBudgets[thinking === true ? 'medium' : thinking]
    return { thinking: { type: 'enabled', budget_tokens: fitBudget(budget, settings.maxTokens) } }
  },
  // gpt-oss always thinks
  openai: thinking => (thinking === false ? nothing : { reasoning_effort: levelOf(thinking, threeLevels, 'medium') }),
  // so do the Qwen models on Converse
  qwen: thinking => (thinking === false ? nothing : { reasoning_config: levelOf(thinking, twoLevels, 'high') }),
  // GLM and Kimi think only when asked, so there is nothing to switch off
  zai: thinking => (thinking === false ? nothing : { reasoning_config: levelOf(thinking, threeLevels, 'high') }),
  nova: (thinking, _, settings): JsonObject =>
    thinking === false
      ? { reasoningConfig: { type: 'disabled' } }
      : { reasoningConfig: { type: 'enabled', maxReasoningEffort: novaEffort(thinking, settings) } },
}

/** The fields that ask for (or switch off) thinking in the words of the family. */
export function thinkingFields(
  thinking: boolean | ThinkingLevel | undefined,
  facts: BedrockFacts,
  settings: ModelSettings,
): JsonObject {
  const variant = facts.bedrockThinkingVariant
  return thinking === undefined || variant === undefined || !canThink(facts)
    ? {}
    : byVariant[variant](thinking, facts, settings)
}

/** Whether the history lets the model think now. A Claude that thinks by budget wants the turn whose tool results it is given to
 *  begin with thinking; one that another model wrote, or that was not asked to think, does not, and the request would be refused.
 *  @see https://github.com/anomalyco/opencode/issues/3077 (read 2026-11-23) */
export function mayThinkNow(messages: readonly Message[], facts: BedrockFacts): boolean {
  if (facts.bedrockThinkingVariant !== 'anthropic' || facts.bedrockSupportsAdaptiveThinking) return true
  if (!messages.at(-1)?.content?.some(block => block.toolResult !== undefined)) return true
  return messages.findLast(turn => turn.role === 'assistant')?.content?.[0]?.reasoningContent !== undefined
}

/** Early Claude models do not think, whatever is asked of them. */
function canThink(facts: BedrockFacts): boolean {
  const { bedrockThinkingVariant, bedrockSupportsAdaptiveThinking, bedrockSupportsBudgetThinking } = facts
  const isAble = bedrockSupportsAdaptiveThinking === true || bedrockSupportsBudgetThinking === true
  return bedrockThinkingVariant !== 'anthropic' || isAble
}

/** Whether the request asks the model to think, by the setting or by hand in the additional fields. */
export function isThinkingAsked(
  thinking: boolean | ThinkingLevel | undefined,
  settings: ModelSettings,
  facts: BedrockFacts,
): boolean {
  if (thinking !== undefined && thinking !== false && canThink(facts)) return true
  const fields = settings.bedrockAdditionalModelRequestsFields?.['thinking']
  const type = isPlainObject(fields) ? fields['type'] : undefined
  return type === 'enabled' || type === 'adaptive'
}

function adaptive(thinking: true | ThinkingLevel, facts: BedrockFacts): JsonObject {
  const asked = { thinking: { type: 'adaptive' } }
  if (thinking === true || !facts.bedrockSupportsEffort) return asked
  const effort = thinking === 'xhigh' && facts.bedrockSupportsXhighEffort ? 'xhigh' : claudeEfforts[thinking]
  return { ...asked, output_config: { effort } }
}

/** Nova 2 refuses `high` beside any limit or sampling setting; a limit is worth more than the last bit of thought.
 *  @see https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html (read 2026-08-22) */
function novaEffort(thinking: true | ThinkingLevel, { maxTokens, temperature, topP }: ModelSettings): string {
  const effort = levelOf(thinking, threeLevels, 'medium')
  const isLimited = maxTokens !== undefined || temperature !== undefined || topP !== undefined
  return effort === 'high' && isLimited ? 'medium' : effort
}

/** The budget must leave room for the answer: Claude refuses one that reaches `maxTokens`. */
function fitBudget(budget: number, maxTokens: number | undefined): number {
  if (maxTokens === undefined || budget < maxTokens) return budget
  if (maxTokens > leastBudget) return Math.max(leastBudget, maxTokens - Math.max(1, Math.floor(maxTokens / 4)))
  throw new UserError(
    `Claude thinks with at least ${leastBudget} tokens: raise \`maxTokens\` (now ${maxTokens}) above that, or switch \`thinking\` off.`,
  )
}

function levelOf<T>(thinking: true | ThinkingLevel, levels: Readonly<Record<ThinkingLevel, T>>, standard: T): T {
  return thinking === true ? standard : levels[thinking]
}
