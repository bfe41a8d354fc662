import { isJsonObject, toWireJson } from './wire.ts'
import type { ContentBlock, ConverseRequest } from './wire.ts'

/** Estimated tokens of a text: one for every four UTF-8 bytes, rounded up. The endpoint holds no tokenizer; the
 *  estimate is the same for equal input, grows with the input, and is within about a third for English prose. */
export const estimateTextTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4)

/** What a block with bytes counts as, whatever its size: bytes of a picture are not text. */
const mediaTokens = 1000
const mediaKeys = ['image', 'document', 'video', 'audio']

/** Estimated tokens of content blocks; the JSON around the text is not counted. */
export function estimateContentTokens(content: readonly ContentBlock[]): number {
  return content.reduce((sum, item) => sum + estimateBlock(item), 0)
}

function estimateBlock(item: ContentBlock): number {
  if (item.cachePoint) return 0
  if (typeof item.text === 'string') return estimateTextTokens(item.text)
  if (mediaKeys.some(key => isJsonObject(item[key]))) return mediaTokens
  if (item.toolUse) return estimateTextTokens(item.toolUse.name + toWireJson(item.toolUse.input))
  if (item.toolResult) return estimateContentTokens(item.toolResult.content)
  if (item.reasoningContent?.reasoningText) return estimateTextTokens(item.reasoningContent.reasoningText.text)
  return estimateTextTokens(toWireJson(item))
}

/** Estimated tokens of a request: system, messages (plus 3 for each message's frame) and tool definitions. */
export function estimateInputTokens(request: ConverseRequest): number {
  const messages = request.messages.reduce((sum, message) => sum + 3 + estimateContentTokens(message.content), 0)
  const tools = (request.toolConfig?.tools ?? []).filter(tool => !tool.cachePoint)
  return (
    messages + estimateContentTokens(request.system ?? []) + (tools.length && estimateTextTokens(toWireJson(tools)))
  )
}
