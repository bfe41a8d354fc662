import type { ModelProfile } from '../profile.ts'
import type { OpenAIFacts } from './facts.ts'
import { openaiJsonSchemaTransformer } from './schema.ts'

/** How a model reasons. */
type Reasoning = 'never' | 'always' | 'when-asked' | 'unless-off'

interface FamilyRow {
  /** Beginning of the model's name; the first row that fits decides. */
  readonly prefix: string
  readonly reasoning: Reasoning
  readonly facts?: OpenAIFacts
}

const withContext = { openaiResponsesSupportsReasoningContext: true }

/** Reasoning by family.
 *  @see https://platform.openai.com/docs/guides/reasoning */
const families: readonly FamilyRow[] = [
  {
    prefix: 'gpt-5.6',
    reasoning: 'unless-off',
    facts: {
      ...withContext,
      openaiResponsesSupportsReasoningMode: true,
      openaiSupportsMinimalReasoningEffort: false,
      openaiSupportsPromptCacheBreakpoints: true,
    },
  },
  { prefix: 'gpt-5.5-pro', reasoning: 'always', facts: withContext },
  { prefix: 'gpt-5.5', reasoning: 'unless-off', facts: withContext },
  { prefix: 'gpt-5.4-pro', reasoning: 'always', facts: withContext },
  { prefix: 'gpt-5.4', reasoning: 'when-asked', facts: withContext },
  { prefix: 'gpt-5.3-chat', reasoning: 'always' },
  { prefix: 'gpt-5.2-pro', reasoning: 'always' },
  { prefix: 'gpt-5.2-chat', reasoning: 'always' },
  { prefix: 'gpt-5.1-codex', reasoning: 'always' },
  { prefix: 'gpt-5.1-chat', reasoning: 'always' },
  { prefix: 'gpt-5.3', reasoning: 'when-asked' },
  { prefix: 'gpt-5.2', reasoning: 'when-asked' },
  { prefix: 'gpt-5.1', reasoning: 'when-asked' },
  { prefix: 'gpt-5-chat', reasoning: 'never' },
  { prefix: 'gpt-5', reasoning: 'always' },
  { prefix: 'o', reasoning: 'always' },
]

/** Models that label their messages. */
const phasePattern = /^gpt-5\.(3-codex|[4-9])/

/** What is known of an OpenAI model by its name; no name is refused. */
export function openaiModelProfile(modelName: string): Partial<ModelProfile> {
  const family = families.find(({ prefix }) => modelName.startsWith(prefix))
  const reasoning = family?.reasoning ?? 'never'
  const reasons = reasoning !== 'never'
  return {
    jsonSchemaTransformer: openaiJsonSchemaTransformer,
    supportsJsonSchemaOutput: true,
    supportsJsonObjectOutput: true,
    supportsInlineSystemPrompts: true,
    supportsThinking: reasons,
    thinkingAlwaysEnabled: reasoning === 'always',
    openaiSupportsReasoning: reasons,
    openaiReasoningEnabledByDefault: reasoning === 'always' || reasoning === 'unless-off',
    openaiSupportsReasoningEffortNone: reasoning === 'when-asked' || reasoning === 'unless-off',
    openaiSupportsEncryptedReasoningContent: reasons,
    openaiSupportsPhase: phasePattern.test(modelName),
    ...(modelName.startsWith('o1-mini') && { openaiSystemPromptRole: 'user' as const }),
    ...family?.facts,
  }
}
