import type { ChatCompletion, ChatCompletionMessage } from 'openai/resources/chat/completions/completions'
import type { FinishReason } from '../../../messages/message.ts'
import type { ResponsePart, ToolCallPart } from '../../../messages/part.ts'
import type { JsonObject, JsonValue } from '../../../util/json.ts'
import { rfc3339FromEpoch } from '../../../util/time.ts'
import type { OpenAIProfile } from '../facts.ts'

/** Who answered, as parts name it. */
export interface ChatOrigin {
  readonly system: string
  readonly profile: OpenAIProfile
}

const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_call'],
  ['function_call', 'tool_call'],
  ['content_filter', 'content_filter'],
])

export function finishReasonOf(reason: string | null | undefined): FinishReason | undefined {
  return finishReasons.get(reason ?? '')
}

/** The parts of a whole answer. A refusal makes none. */
export function partsOf(message: ChatCompletionMessage, origin: ChatOrigin): ResponsePart[] {
  const parts: ResponsePart[] = []
  const thinking = thinkingOf(message, origin.profile)
  if (thinking !== undefined) {
    parts.push({ kind: 'thinking', content: thinking.text, id: thinking.field, providerName: origin.system })
  }
  if (message.content) parts.push(...splitTagged(message.content, origin))
  for (const call of message.tool_calls ?? []) {
    if (call.type === 'function') parts.push(callPart(call.id, call.function))
  }
  return parts
}

function callPart(id: string, { name, arguments: args }: { name: string; arguments: string }): ToolCallPart {
  return { kind: 'tool-call', toolName: name, args, toolCallId: id || newCallId() }
}

/** Some compatible servers give calls no id. */
function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll('-', '')}`
}

/** Reasoning in a field of its own, which the API does not know and most compatible servers have. */
export function thinkingOf(message: object, profile: OpenAIProfile): { field: string; text: string } | undefined {
  const own = profile.openaiChatThinkingField
  for (const field of [...(own === undefined ? [] : [own]), 'reasoning', 'reasoning_content']) {
    const text: unknown = (message as Record<string, unknown>)[field]
    if (typeof text === 'string' && text !== '') return { field, text }
  }
  return undefined
}

/** Some models think in their text, between tags. */
function splitTagged(content: string, { profile, system }: ChatOrigin): ResponsePart[] {
  const [open, close] = profile.thinkingTags
  const parts: ResponsePart[] = []
  let rest = content
  for (let start = rest.indexOf(open); start >= 0; start = rest.indexOf(open)) {
    const end = rest.indexOf(close, start + open.length)
    if (end < 0) break
    const before = rest.slice(0, start)
    if (before.trim() !== '') parts.push({ kind: 'text', content: before })
    const thought = rest.slice(start + open.length, end)
    parts.push({ kind: 'thinking', content: thought, id: 'content', providerName: system })
    rest = rest.slice(end + close.length)
  }
  if (rest !== '') parts.push({ kind: 'text', content: rest })
  return parts
}

export interface DetailSources {
  readonly finishReason?: string | null
  /** Seconds since 1970; 0 and null are none. */
  readonly created?: number | null
  readonly refusal?: string | null
  readonly logprobs?: readonly unknown[] | null
}

export function detailsOf({ finishReason, created, refusal, logprobs }: DetailSources): JsonObject | undefined {
  const timestamp = created ? rfc3339FromEpoch(created) : undefined
  const details: JsonObject = {
    ...(refusal && { refusal }),
    ...(finishReason && !refusal && { finish_reason: finishReason }),
    // plain JSON, which the SDK's interfaces do not say
    ...(logprobs?.length && { logprobs: logprobs as unknown as JsonValue }),
    ...(timestamp !== undefined && { timestamp }),
  }
  return Object.keys(details).length === 0 ? undefined : details
}

export function isChatCompletion(answer: unknown): answer is ChatCompletion {
  return typeof answer === 'object' && answer !== null && Array.isArray((answer as { choices?: unknown }).choices)
}
