import type {
  CitationsContentBlock,
  ContentBlock,
  ConverseResponse,
  ConverseStreamMetadataEvent,
  ReasoningContentBlock,
  TokenUsage,
  ToolResultBlock,
  ToolUseBlock,
} from '@aws-sdk/client-bedrock-runtime'
import type { FinishReason } from '../../messages/message.ts'
import type {
  FilePart,
  NativeToolCallPart,
  NativeToolReturnPart,
  ResponsePart,
  ThinkingPart,
} from '../../messages/part.ts'
import { requestUsage, type RequestUsage } from '../../usage/usage.ts'
import { bytesToBase64 } from '../../util/base64.ts'
import { isPlainObject, type JsonObject } from '../../util/json.ts'
import { redactedId } from './assistant-turn.ts'
import { mediaTypeOfFormat, type MediaKind } from './media-format.ts'
import { nativeToolByResultType, nativeToolByWireName } from './native-tools.ts'
import type { ToolNames } from './tool-names.ts'

/** Who answered, as parts and responses name it. */
export interface ResponseOrigin {
  readonly system: string
  /** RFC 3339. */
  readonly timestamp: string
  readonly names: ToolNames
}

/** @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax (read 2026-11-23) */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_call'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
  ['malformed_model_output', 'error'],
  ['malformed_tool_use', 'error'],
])

/** `undefined` for a reason newer than this version: the word itself is in `providerDetails.finish_reason`. */
export function finishReasonOf(stopReason: string | undefined): FinishReason | undefined {
  return finishReasons.get(stopReason ?? '')
}

const namedCounters = new Set([
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
])

/** Bedrock counts cached tokens apart from `inputTokens`; here the input is all of it. */
export function usageOf(usage: TokenUsage | undefined): RequestUsage {
  if (usage === undefined) return requestUsage({})
  const { inputTokens = 0, outputTokens = 0, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage
  const details = otherCounters(usage)
  return requestUsage({
    inputTokens: inputTokens + cacheReadInputTokens + cacheWriteInputTokens,
    cacheReadTokens: cacheReadInputTokens,
    cacheWriteTokens: cacheWriteInputTokens,
    outputTokens,
    ...(details !== undefined && { details }),
  })
}

/** Counters newer than this version; `undefined`: none. */
function otherCounters(usage: TokenUsage): Record<string, number> | undefined {
  let details: Record<string, number> | undefined
  for (const [key, value] of Object.entries(usage)) {
    if (!namedCounters.has(key) && Number.isInteger(value))
      (details ??= Object.create(null) as Record<string, number>)[key] = value
  }
  return details
}

/** What an answer carries besides its content. Both call kinds have it, in different places. */
export type ResponseMetadata = Partial<
  Pick<
    ConverseResponse,
    'usage' | 'metrics' | 'trace' | 'performanceConfig' | 'serviceTier' | 'additionalModelResponseFields'
  >
> &
  Partial<ConverseStreamMetadataEvent>

/** `providerDetails`: what only Bedrock knows of an answer. Absent values have no key. */
export function detailsOf(stopReason: string | undefined, metadata: ResponseMetadata): JsonObject {
  const { metrics, trace, performanceConfig, serviceTier, additionalModelResponseFields, usage } = metadata
  const invoked = trace?.promptRouter?.invokedModelId
  const details = {
    ...(stopReason !== undefined && { finish_reason: stopReason }),
    ...(metrics?.latencyMs !== undefined && { latency_ms: metrics.latencyMs }),
    ...(trace !== undefined && { trace }),
    ...(invoked !== undefined && { invoked_model_id: invoked }),
    ...(performanceConfig !== undefined && { performance_config: performanceConfig }),
    ...(serviceTier !== undefined && { service_tier: serviceTier.type }),
    ...(usage?.cacheDetails !== undefined && { cache_details: usage.cacheDetails }),
    ...(additionalModelResponseFields !== undefined && {
      additional_model_response_fields: additionalModelResponseFields,
    }),
  }
  // all of it came as JSON
  return details as unknown as JsonObject
}

/** The parts of a whole answer. Blocks newer than this version are skipped. */
export function partsOf(content: readonly ContentBlock[], origin: ResponseOrigin): ResponsePart[] {
  const parts: ResponsePart[] = []
  for (const block of content) {
    const part = partOf(block, origin)
    if (part !== undefined) parts.push(part)
  }
  return parts
}

function partOf(block: ContentBlock, origin: ResponseOrigin): ResponsePart | undefined {
  if (block.text !== undefined) return block.text === '' ? undefined : { kind: 'text', content: block.text }
  if (block.toolUse !== undefined) return callPart(block.toolUse, origin)
  if (block.reasoningContent !== undefined) return thinkingPart(block.reasoningContent, origin)
  if (block.toolResult !== undefined) return nativeReturnPart(block.toolResult, origin)
  if (block.citationsContent !== undefined) return citedText(block.citationsContent, origin)
  if (block.guardContent?.text !== undefined) return { kind: 'text', content: block.guardContent.text.text ?? '' }
  for (const kind of ['image', 'video', 'audio', 'document'] as const) {
    const file = block[kind]
    const bytes = file?.source?.bytes
    if (bytes !== undefined) return filePart(kind, file?.format, bytes, origin)
  }
  return undefined
}

function callPart(toolUse: ToolUseBlock, origin: ResponseOrigin): ResponsePart {
  const { name = '', toolUseId = '', input } = toolUse
  // a model that is asked for an object may give something else: as text it is reported to it, and replayed inside an object
  const args = isPlainObject(input) ? (input as JsonObject) : inputText(input)
  return toolUse.type === 'server_tool_use'
    ? nativeCallPart({ name, toolUseId }, args, origin)
    : { kind: 'tool-call', toolName: origin.names.fromWire(name), args, toolCallId: toolUseId }
}

function inputText(input: ToolUseBlock['input']): string | JsonObject {
  if (input === undefined || input === null) return {}
  return typeof input === 'string' ? input : JSON.stringify(input)
}

/** A call of a tool that Bedrock runs itself: never to be executed or answered here. */
export function nativeCallPart(
  toolUse: { readonly name?: string; readonly toolUseId?: string },
  args: string | JsonObject,
  { system }: ResponseOrigin,
): NativeToolCallPart {
  const toolName = nativeToolByWireName(toolUse.name)?.kind ?? toolUse.name ?? ''
  return { kind: 'builtin-tool-call', toolName, args, toolCallId: toolUse.toolUseId ?? '', providerName: system }
}

export function nativeReturnPart(result: ToolResultBlock, origin: ResponseOrigin): NativeToolReturnPart | undefined {
  const tool = nativeToolByResultType(result.type)
  if (tool === undefined && result.type === undefined) return undefined
  const [first] = result.content ?? []
  return {
    kind: 'builtin-tool-return',
    toolName: tool?.kind ?? result.type!.replace(/_result$/, ''),
    content: first?.json ?? (first?.text || null),
    toolCallId: result.toolUseId ?? '',
    timestamp: origin.timestamp,
    providerName: origin.system,
    ...(result.status !== undefined && { providerDetails: { status: result.status } }),
  }
}

function thinkingPart(reasoning: ReasoningContentBlock, { system }: ResponseOrigin): ThinkingPart | undefined {
  if (reasoning.redactedContent !== undefined) {
    return {
      kind: 'thinking',
      id: redactedId,
      content: '',
      providerName: system,
      ...redactedSignature(reasoning.redactedContent),
    }
  }
  if (reasoning.reasoningText === undefined) return undefined
  const { text = '', signature } = reasoning.reasoningText
  return { kind: 'thinking', content: text, ...(signature !== undefined && { signature, providerName: system }) }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Redacted reasoning as text where it is text, else as base64, so that the same bytes can be sent back. */
export function redactedSignature(bytes: Uint8Array): Pick<ThinkingPart, 'signature' | 'providerDetails'> {
  try {
    return { signature: utf8.decode(bytes) }
  } catch {
    return { signature: bytesToBase64(bytes), providerDetails: { encoding: 'base64' } }
  }
}

function citedText({ content, citations }: CitationsContentBlock, { system }: ResponseOrigin): ResponsePart {
  const text = (content ?? []).map(piece => piece.text ?? '').join('')
  return {
    kind: 'text',
    content: text,
    providerName: system,
    providerDetails: { citations: citations ?? [] } as unknown as JsonObject,
  }
}

export function filePart(
  kind: MediaKind,
  format: string | undefined,
  bytes: Uint8Array,
  { system }: ResponseOrigin,
): FilePart {
  const content = { kind: 'binary', data: bytesToBase64(bytes), mediaType: mediaTypeOfFormat(kind, format) } as const
  return { kind: 'file', content, providerName: system }
}
