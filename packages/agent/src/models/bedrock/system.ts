import type { Message, SystemContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { InstructionPart } from '../../messages/part.ts'
import { cachePointBlock } from './cache-points.ts'
import type { BedrockCacheSetting } from './settings.ts'
import { wellFormed } from './well-formed.ts'

/** The system prompt: system parts of the history, then instructions, one block each, and at most one cache point after what
 *  does not change from request to request. */
export function mapSystem(
  systemPrompts: readonly string[],
  instructions: readonly InstructionPart[],
  caching: BedrockCacheSetting | undefined,
): SystemContentBlock[] {
  const parts = instructions.filter(part => part.content.trim() !== '')
  const blocks: SystemContentBlock[] = [...systemPrompts, ...parts.map(part => part.content)].map(text => ({
    text: wellFormed(text),
  }))
  if (!caching || blocks.length === 0) return blocks
  const firstDynamic = parts.findIndex(part => part.dynamic)
  const index = firstDynamic < 0 ? blocks.length : systemPrompts.length + firstDynamic
  if (index > 0) blocks.splice(index, 0, cachePointBlock(caching))
  return blocks
}

/** For a model without a system prompt: its texts open the first turn of the user's. */
export function beginWithInstructions(messages: Message[], system: readonly SystemContentBlock[]): void {
  const texts = system.flatMap(({ text }) => (text === undefined ? [] : { text }))
  const [first] = messages
  if (first?.role === 'user') first.content!.unshift(...texts)
  else if (texts.length > 0) messages.unshift({ role: 'user', content: texts })
}
