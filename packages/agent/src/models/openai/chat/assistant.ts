import type { ChatCompletionAssistantMessageParam } from 'openai/resources/chat/completions/completions'
import { argsAsJson } from '../../../messages/call-args.ts'
import type { ModelResponse } from '../../../messages/message.ts'
import type { ThinkingPart } from '../../../messages/part.ts'
import type { OpenAIProfile } from '../facts.ts'

export interface AssistantScope {
  readonly system: string
  readonly profile: OpenAIProfile
}

/** One answer of the model, as it is sent back; `undefined`: there is nothing in it to send. */
export function mapResponse(
  response: ModelResponse,
  scope: AssistantScope,
): ChatCompletionAssistantMessageParam | undefined {
  const texts: string[] = []
  const calls: NonNullable<ChatCompletionAssistantMessageParam['tool_calls']> = []
  const fields = new Map<string, string[]>()
  for (const part of response.parts) {
    if (part.kind === 'text') texts.push(part.content)
    else if (part.kind === 'thinking') placeThinking(part, texts, fields, scope)
    else if (part.kind === 'tool-call') {
      const call = { name: part.toolName, arguments: argsAsJson(part) }
      calls.push({ id: part.toolCallId, type: 'function', function: call })
    } else if (part.kind === 'speech' && part.transcript !== undefined) texts.push(part.transcript)
  }
  if (texts.length === 0 && calls.length === 0) return undefined
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.join('\n\n'),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...Object.fromEntries([...fields].map(([name, parts]) => [name, parts.join('\n\n')])),
  }
}

/** Fields of messages that servers are known to read reasoning from. */
const thinkingFields = new Set(['reasoning', 'reasoning_content'])

function placeThinking(
  part: ThinkingPart,
  texts: string[],
  fields: Map<string, string[]>,
  { system, profile }: AssistantScope,
): void {
  const mode = profile.openaiChatSendBackThinkingParts
  if (mode === false || part.content === '') return
  const field = mode === 'tags' ? undefined : fieldOf(part, mode, system, profile)
  if (field === undefined) {
    const [open, close] = profile.thinkingTags
    texts.push(`${open}\n${part.content}\n${close}`)
    return
  }
  const known = fields.get(field)
  if (known === undefined) fields.set(field, [part.content])
  else known.push(part.content)
}

function fieldOf(
  part: ThinkingPart,
  mode: 'auto' | 'field',
  system: string,
  { openaiChatThinkingField: field }: OpenAIProfile,
): string | undefined {
  if (mode === 'field') return field
  const isOwn = part.providerName === system
  const isField = part.id !== undefined && (part.id === field || thinkingFields.has(part.id))
  return isOwn && isField ? part.id : undefined
}
