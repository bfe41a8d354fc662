import type { ContentBlock, Message } from '@aws-sdk/client-bedrock-runtime'
import { documentText } from './user-prompt.ts'

/** Marks user text for the guardrail. With any marked block, its filters look at marked blocks only: what introduces a tool's
 *  files or asks for another try is not marked, or the question would go unread.
 *  @param prompts the turns that users wrote, before they were joined with others
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html (read 2026-08-22) */
export function guardUserText(prompts: readonly Message[], which: 'last' | 'all'): void {
  const spoken = prompts.filter(({ content }) => content!.some(block => block.text !== undefined))
  for (const message of which === 'last' ? spoken.slice(-1) : spoken) {
    message.content = withText(message.content!.map(guarded))
  }
}

function guarded(block: ContentBlock): ContentBlock {
  return block.text === undefined ? block : { guardContent: { text: { text: block.text } } }
}

/** A document needs plain text in its turn; marked text does not count. */
function withText(blocks: ContentBlock[]): ContentBlock[] {
  const index = blocks.findIndex(block => block.document !== undefined)
  if (index < 0 || blocks.some(block => block.text !== undefined)) return blocks
  return blocks.toSpliced(index, 0, { text: documentText })
}
