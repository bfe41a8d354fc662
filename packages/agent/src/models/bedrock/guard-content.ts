import type { ContentBlock, Message } from '@aws-sdk/client-bedrock-runtime'

/** Marks user text for the guardrail. With any marked block, its filters look at marked blocks only.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html (read 2026-08-22) */
export function guardUserText(messages: readonly Message[], which: 'last' | 'all'): void {
  const users = messages.filter(message => message.role === 'user')
  for (const message of which === 'last' ? users.slice(-1) : users) {
    message.content = message.content!.map(guarded)
  }
}

function guarded(block: ContentBlock): ContentBlock {
  return block.text === undefined ? block : { guardContent: { text: { text: block.text } } }
}
