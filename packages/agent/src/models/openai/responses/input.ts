import type { ResponseInputItem, ResponseReasoningItem } from 'openai/resources/responses/responses'
import { argsAsJson } from '../../../messages/call-args.ts'
import type { ModelMessage, ModelResponse } from '../../../messages/message.ts'
import type { RequestPart, ResponsePart, TextPart, ThinkingPart, ToolCallPart } from '../../../messages/part.ts'
import { retryPromptText } from '../../../messages/retry-prompt-text.ts'
import { toolOutput, userMessage, type ContentScope } from './content.ts'

export interface InputScope extends ContentScope {
  /** Items go back under the ids the provider gave them. */
  readonly sendIds: boolean
}

/** A conversation as the items the API takes. */
export function mapInput(messages: readonly ModelMessage[], scope: InputScope): ResponseInputItem[] {
  return messages.flatMap(message =>
    message.kind === 'request'
      ? message.parts.flatMap(part => mapRequestPart(part, scope))
      : mapResponseParts(message, scope),
  )
}

function mapRequestPart(part: RequestPart, scope: InputScope): ResponseInputItem[] {
  switch (part.kind) {
    case 'system-prompt':
      return [{ role: scope.profile.openaiSystemPromptRole ?? 'system', content: part.content }]
    case 'user-prompt':
      return [userMessage(part.content, scope)]
    case 'tool-return': {
      const { callId } = splitCallId(part.toolCallId)
      return [{ type: 'function_call_output', call_id: callId, output: toolOutput(part, scope) }]
    }
    case 'retry-prompt': {
      const text = retryPromptText(part)
      if (part.toolName === undefined) return [{ role: 'user', content: text }]
      return [{ type: 'function_call_output', call_id: splitCallId(part.toolCallId).callId, output: text }]
    }
    case 'speech':
      return part.transcript === undefined ? [] : [{ role: 'user', content: part.transcript }]
    // rendered as text or tools before the request is mapped
    case 'tool-availability-delta':
      return []
  }
}

function mapResponseParts(response: ModelResponse, scope: InputScope): ResponseInputItem[] {
  const items: ResponseInputItem[] = []
  for (const part of response.parts) {
    const item = mapResponsePart(part, items.at(-1), scope)
    if (item !== undefined) items.push(item)
  }
  return items
}

/** @param last the item before: several summaries make one reasoning item */
function mapResponsePart(
  part: ResponsePart,
  last: ResponseInputItem | undefined,
  scope: InputScope,
): ResponseInputItem | undefined {
  switch (part.kind) {
    case 'text':
      return textItem(part, scope)
    case 'thinking':
      return thinkingItem(part, last, scope)
    case 'tool-call':
      return callItem(part, scope)
    case 'speech':
      return part.transcript === undefined ? undefined : { role: 'assistant', content: part.transcript }
    // tools the provider ran, files it made: they are told again by the text that used them
    case 'builtin-tool-call':
    case 'builtin-tool-return':
    case 'file':
    case 'compaction':
      return undefined
  }
}

function isOwn(part: { readonly providerName?: string }, scope: InputScope): boolean {
  return part.providerName === scope.system
}

function textItem(part: TextPart, scope: InputScope): ResponseInputItem {
  const phase = phaseOf(part, scope)
  if (part.id === undefined || !scope.sendIds || !isOwn(part, scope)) {
    return { role: 'assistant', content: part.content, ...phase }
  }
  return {
    type: 'message',
    role: 'assistant',
    id: part.id,
    status: 'completed',
    content: [{ type: 'output_text', text: part.content, annotations: [] }],
    ...phase,
  }
}

function phaseOf(part: TextPart, scope: InputScope): { phase?: 'commentary' | 'final_answer' } {
  const phase = part.providerDetails?.['phase']
  const isKnown = phase === 'commentary' || phase === 'final_answer'
  return isKnown && isOwn(part, scope) && scope.profile.openaiSupportsPhase ? { phase } : {}
}

function callItem(part: ToolCallPart, scope: InputScope): ResponseInputItem {
  const { callId, itemId } = splitCallId(part.toolCallId)
  const id = itemId ?? (isOwn(part, scope) ? part.id : undefined)
  return {
    type: 'function_call',
    name: part.toolName,
    arguments: argsAsJson(part),
    call_id: callId,
    ...(id !== undefined && scope.sendIds && { id }),
    // null is what the demanding servers want, and not in the SDK's types
    ...(scope.profile.openaiResponsesRequiresFunctionCallStatusNone && { status: null as never }),
  }
}

/** Reasoning goes back as it came, if its provider is asked again and knows it by its id; any other becomes tagged text. */
function thinkingItem(
  part: ThinkingPart,
  last: ResponseInputItem | undefined,
  scope: InputScope,
): ResponseInputItem | undefined {
  const raw = isOwn(part, scope) ? rawContent(part) : undefined
  const isItem = part.id !== undefined && isOwn(part, scope) && (scope.sendIds || raw !== undefined)
  if (!isItem) {
    if (part.content === '') return undefined
    const [open, close] = scope.profile.thinkingTags
    return { role: 'assistant', content: `${open}\n${part.content}\n${close}` }
  }
  const summary: ResponseReasoningItem.Summary[] =
    part.content === '' ? [] : [{ type: 'summary_text', text: part.content }]
  if (last?.type === 'reasoning' && last.id === part.id) {
    last.summary.push(...summary)
    return undefined
  }
  const signature = scope.profile.openaiSupportsEncryptedReasoningContent ? part.signature : undefined
  if (signature === undefined && summary.length === 0 && raw === undefined) return undefined
  return {
    type: 'reasoning',
    id: part.id!,
    summary,
    ...(signature !== undefined && { encrypted_content: signature }),
    ...(raw !== undefined && { content: raw }),
  }
}

function rawContent(part: ThinkingPart): ResponseReasoningItem.Content[] | undefined {
  const raw = part.providerDetails?.['raw_content']
  if (!Array.isArray(raw) || raw.length === 0) return undefined
  return raw.filter(text => typeof text === 'string').map(text => ({ type: 'reasoning_text', text }))
}

/** Histories of older versions hold both ids in one: `call_…|fc_…`. */
function splitCallId(id: string): { readonly callId: string; readonly itemId?: string } {
  const bar = id.indexOf('|')
  return bar < 0 ? { callId: id } : { callId: id.slice(0, bar), itemId: id.slice(bar + 1) }
}
