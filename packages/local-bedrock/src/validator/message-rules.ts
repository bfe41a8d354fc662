import { constraint, firstOf, fromModel } from './rule.ts'
import type { Rule, ValidatedCall } from './rule.ts'

const startWithUser =
  'A conversation must start with a user message. Try again with a conversation that starts with a user message.'

const blockKeys =
  'text, image, document, video, audio, toolUse, toolResult, guardContent, cachePoint, reasoningContent, citationsContent, searchResult, toolAddition, toolRemoval'.split(
    ', ',
  )

function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, item]) => hasHalfCharacter(key) || hasHalfCharacter(item))
}

/** Claude takes system messages between the others; elsewhere only these two roles exist. */
const rolesOf = ({ isClaude }: ValidatedCall): string[] =>
  isClaude ? ['user', 'assistant', 'system'] : ['user', 'assistant']

export const messageRules: readonly Rule[] = [
  {
    id: 'message-role',
    refuses: 'a role the model does not know',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html',
    check: call =>
      firstOf(call.request.messages.entries(), ([index, { role }]) =>
        rolesOf(call).includes(role)
          ? undefined
          : constraint(role, `messages.${index + 1}.member.role`, 'satisfy enum value set: [user, assistant]'),
      ),
  },
  {
    id: 'messages-empty',
    refuses: 'a request without messages, unless the model id is a prompt',
    source: 'https://github.com/langgenius/dify/issues/12340',
    check: ({ request, kind }) => (request.messages.length || kind === 'prompt' ? undefined : startWithUser),
  },
  {
    id: 'leading-assistant',
    refuses: 'a conversation that starts with an assistant turn, for families that do not take it',
    source: 'https://github.com/langgenius/dify/issues/12340',
    check: ({ request, family }) =>
      request.messages[0]?.role === 'assistant' && !family.acceptsLeadingAssistant ? startWithUser : undefined,
  },
  {
    id: 'message-content-empty',
    refuses: 'a message without content blocks',
    source: 'https://github.com/vercel/ai/issues/18456',
    check: ({ request }) =>
      firstOf(request.messages.entries(), ([index, { content }]) =>
        content.length
          ? undefined
          : `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
      ),
  },
  {
    id: 'content-block-key',
    refuses: 'a content block that sets no known key',
    source: 'https://github.com/maximhq/bifrost/issues/7072',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, path }) =>
        Object.keys(block).length === 1 && blockKeys.includes(Object.keys(block)[0]!)
          ? undefined
          : `ContentBlock object at ${path} must set one of the following keys: ${blockKeys.join(', ')}.`,
      ),
  },
  {
    id: 'text-half-character',
    refuses: 'half of a character that UTF-16 writes in two (cut emoji), in any text of the messages',
    source: 'https://github.com/latitude-dev/latitude-llm/pull/3310',
    check: ({ request }) =>
      hasHalfCharacter([request.messages, request.system])
        ? fromModel("Invalid 'messages': unexpected end of hex escape")
        : undefined,
  },
  {
    id: 'text-blank',
    refuses: 'a text block with nothing but white space (an assistant turn with reasoning may have one)',
    source: 'https://github.com/continuedev/continue/issues/9767',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, message, path }) => {
        if (block.text === undefined || block.text.trim() !== '') return undefined
        const isBesideReasoning =
          message.role === 'assistant' && message.content.some(item => item.reasoningContent !== undefined)
        if (isBesideReasoning) return undefined
        return `The text field in the ContentBlock object at ${path} is blank. Add text to the text field, and try again.`
      }),
  },
  {
    id: 'system-text-blank',
    refuses: 'a blank system text',
    source: 'own',
    check: ({ request }) =>
      firstOf((request.system ?? []).entries(), ([index, { text }]) =>
        text === undefined || text.trim() !== ''
          ? undefined
          : `The text field in the SystemContentBlock object at system.${index} is blank. Add text to the text field, and try again.`,
      ),
  },
  {
    id: 'system-unsupported',
    refuses: 'system text for models without it',
    source:
      'https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html',
    check: ({ request, family }) =>
      request.system?.length && !family.hasSystem
        ? `This model doesn't support the system field. Remove system and try again.`
        : undefined,
  },
  {
    id: 'prefill-unsupported',
    refuses: 'a conversation that ends with an assistant turn, for models that do not continue it',
    source: 'https://platform.claude.com/docs/en/about-claude/models/migration-guide',
    check: ({ request, family }) =>
      request.messages.at(-1)?.role === 'assistant' && !family.acceptsPrefill
        ? fromModel(
            'This model does not support assistant message prefill. The conversation must end with a user message.',
          )
        : undefined,
  },
  {
    id: 'prefill-trailing-blank',
    refuses: 'a last assistant turn whose text ends in white space (Claude)',
    source: 'https://github.com/tailcallhq/forgecode/issues/1872',
    check: ({ request, isClaude }) => {
      const last = request.messages.at(-1)
      const text = last?.content.at(-1)?.text
      return isClaude && last?.role === 'assistant' && text !== undefined && text !== text.trimEnd()
        ? fromModel('messages: final assistant content cannot end with trailing whitespace')
        : undefined
    },
  },
  {
    id: 'roles-alternate',
    refuses: 'two turns of one role in a row (the service now joins them; older models refused)',
    source: 'https://github.com/langgenius/dify/issues/9294',
    isOptional: true,
    check: ({ request: { messages } }) =>
      messages.some((message, index) => message.role === messages[index - 1]?.role)
        ? 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.'
        : undefined,
  },
]
