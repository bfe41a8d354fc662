import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import { firstOf, fromModel } from './rule.ts'
import type { Rule, ValidatedCall } from './rule.ts'

const docs = 'https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking'
const considerations = `Please consult our documentation at ${docs}#important-considerations-when-using-extended-thinking`

const fieldsOf = ({ request }: ValidatedCall): JsonObject =>
  isJsonObject(request.additionalModelRequestFields) ? request.additionalModelRequestFields : {}

/** Claude's `thinking` field, when it switches thinking on. */
function thinkingOf(call: ValidatedCall): JsonObject | undefined {
  const { thinking, reasoning_config: alias } = fieldsOf(call)
  const value = thinking ?? alias
  const isOn = isJsonObject(value) && (value['type'] === 'enabled' || value['type'] === 'adaptive')
  return call.isClaude && isOn ? value : undefined
}

/** A rule that only looks at requests with thinking on. */
const whenThinking =
  (check: (thinking: JsonObject, call: ValidatedCall) => string | undefined): Rule['check'] =>
  call => {
    const thinking = thinkingOf(call)
    const message = thinking && check(thinking, call)
    return message && fromModel(message)
  }

/** Reasoning in the history, and Claude's thinking settings. */
export const thinkingRules: readonly Rule[] = [
  {
    id: 'thinking-type',
    refuses: 'a budget on models that only think adaptively, and thinking on models that do not think',
    source: 'https://github.com/theopenco/llmgateway/pull/2778',
    check: whenThinking((thinking, { family }) => {
      const type = thinking['type'] as string
      if (family.thinkingTypes.some(item => item === type)) return undefined
      if (type === 'enabled' && family.thinkingTypes.length) {
        return '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
      }
      return type === 'adaptive' && family.thinkingTypes.length
        ? 'adaptive thinking is not supported on this model'
        : 'thinking: Extra inputs are not permitted'
    }),
  },
  {
    id: 'thinking-budget-minimum',
    refuses: 'a budget below 1024',
    source: 'https://github.com/danny-avila/LibreChat/issues/8346',
    check: whenThinking(({ type, budget_tokens: budget }) =>
      type === 'enabled' && !(typeof budget === 'number' && budget >= 1024)
        ? 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024'
        : undefined,
    ),
  },
  {
    id: 'thinking-budget-max-tokens',
    refuses: 'a budget not below `maxTokens`',
    source: 'https://github.com/vercel/ai/issues/7927',
    check: whenThinking(({ budget_tokens: budget }, { request }) => {
      const maxTokens = request.inferenceConfig?.maxTokens
      if (typeof budget !== 'number' || maxTokens === undefined || budget < maxTokens) return undefined
      return `\`max_tokens\` must be greater than \`thinking.budget_tokens\`. Please consult our documentation at ${docs}#max-tokens-and-context-window-size`
    }),
  },
  {
    id: 'thinking-forced-tool',
    refuses: 'thinking with a forced tool',
    source: 'https://github.com/mastra-ai/mastra/issues/7507',
    check: whenThinking((_thinking, { request }) =>
      (request.toolConfig?.toolChoice?.any ?? request.toolConfig?.toolChoice?.tool)
        ? 'Thinking may not be enabled when tool_choice forces tool use.'
        : undefined,
    ),
  },
  {
    id: 'thinking-temperature',
    refuses: 'thinking with a temperature other than 1',
    source: 'https://github.com/Aider-AI/aider/issues/3720',
    check: whenThinking((_thinking, { request }) =>
      (request.inferenceConfig?.temperature ?? 1) === 1
        ? undefined
        : `\`temperature\` may only be set to 1 when thinking is enabled. ${considerations}`,
    ),
  },
  {
    id: 'thinking-sampling',
    refuses: 'thinking with `top_k`, or with `topP` below 0.95',
    source: 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking',
    check: whenThinking((_thinking, call) => {
      if (fieldsOf(call)['top_k'] !== undefined)
        return `\`top_k\` must be unset when thinking is enabled. ${considerations}`
      return (call.request.inferenceConfig?.topP ?? 1) < 0.95
        ? `\`top_p\` must be greater than or equal to 0.95 or unset when thinking is enabled. ${considerations}`
        : undefined
    }),
  },
  {
    id: 'thinking-turn-start',
    refuses: 'thinking by budget when the turn that called for the tool results does not begin with reasoning',
    source: 'https://github.com/anomalyco/opencode/issues/3077',
    check: whenThinking(({ type }, { request: { messages } }) => {
      const isReadingResults = messages.at(-1)?.content.some(item => item.toolResult !== undefined)
      const index = messages.findLastIndex(message => message.role === 'assistant')
      const [first] = messages[index]?.content ?? []
      if (type !== 'enabled' || !isReadingResults || first === undefined || first.reasoningContent) return undefined
      const found = first.toolUse === undefined ? 'text' : 'tool_use'
      return `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${found}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). To avoid this requirement, disable \`thinking\`. ${considerations}`
    }),
  },
  {
    id: 'reasoning-role',
    refuses: 'reasoning outside assistant turns',
    source: 'own',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, message, path }) =>
        block.reasoningContent && message.role !== 'assistant'
          ? `The reasoningContent block at ${path} is only allowed in a message with the assistant role.`
          : undefined,
      ),
  },
  {
    id: 'reasoning-signature',
    refuses: 'reasoning of Claude without its signature',
    source: 'https://github.com/run-llama/llama_index/issues/20851',
    check: ({ blocks, isClaude }) =>
      firstOf(blocks, ({ block, path }) => {
        const text = block.reasoningContent?.reasoningText
        if (!isClaude || !text || text.signature) return undefined
        return fromModel(`${path}.thinking.signature: Field required`)
      }),
  },
  {
    id: 'reasoning-changed',
    refuses: 'reasoning this endpoint issued, with another text than its signature belongs to',
    source: 'https://github.com/can1357/oh-my-pi/issues/333',
    check: ({ blocks, issuedSignatures }) =>
      firstOf(blocks, ({ block, path }) => {
        const { text, signature = '' } = block.reasoningContent?.reasoningText ?? {}
        const issued = issuedSignatures.get(signature)
        if (issued === undefined || issued === text) return undefined
        return fromModel(`${path}: Invalid \`signature\` in \`thinking\` block`)
      }),
  },
]
