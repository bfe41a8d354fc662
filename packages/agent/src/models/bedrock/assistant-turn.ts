import type {
  ContentBlock,
  ToolResultBlock,
  ToolResultContentBlock,
  ToolUseBlock,
} from '@aws-sdk/client-bedrock-runtime'
import { argsAsObject } from '../../messages/call-args.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type {
  NativeToolCallPart,
  NativeToolReturnPart,
  ResponsePart,
  ThinkingPart,
  ToolCallPart,
} from '../../messages/part.ts'
import { valueText } from '../../messages/tool-return-text.ts'
import { base64ToBytes } from '../../util/base64.ts'
import { isPlainObject } from '../../util/json.ts'
import type { BedrockProfile } from './facts.ts'
import { parseModelId } from './model-id.ts'
import { nativeToolByKind } from './native-tools.ts'
import type { ToolCallIds, ToolNames } from './tool-names.ts'
import { wellFormed, wellFormedJson } from './well-formed.ts'

export interface AssistantScope {
  readonly profile: BedrockProfile
  readonly system: string
  /** The model that is asked. */
  readonly modelName: string
  readonly ids: ToolCallIds
  readonly names: ToolNames
}

/** The blocks of one answer of the model, as it is sent back. Empty: the turn is left out. */
export function mapResponse(response: ModelResponse, scope: AssistantScope): ContentBlock[] {
  scope.ids.beginTurn()
  const blocks: ContentBlock[] = []
  for (const part of response.parts) {
    const block = mapPart(part, scope, response)
    if (block !== undefined) blocks.push(block)
  }
  return withoutBlankText(blocks)
}

/** Bedrock serves many families, and a conversation may go on with another: what only its writer can read is not for others. */
function isOwnFamily({ modelName: writer }: ModelResponse, { modelName }: AssistantScope): boolean {
  if (writer === undefined || writer === modelName) return true
  const { vendor } = parseModelId(modelName)
  // an id that hides its family may stand for any
  return vendor === undefined || (parseModelId(writer).vendor ?? vendor) === vendor
}

function mapPart(part: ResponsePart, scope: AssistantScope, response: ModelResponse): ContentBlock | undefined {
  switch (part.kind) {
    case 'text':
      return { text: wellFormed(part.content) }
    case 'thinking':
      return mapThinking(part, scope, response)
    case 'tool-call':
      return {
        toolUse: {
          toolUseId: scope.ids.forCall(part.toolCallId),
          name: scope.names.toWire(part.toolName),
          input: inputOf(part),
        },
      }
    case 'builtin-tool-call':
      return mapNativeCall(part, scope, response)
    case 'builtin-tool-return':
      return mapNativeReturn(part, scope, response)
    case 'speech':
      return part.transcript ? { text: wellFormed(part.transcript) } : undefined
    // files and compactions of an answer have no form that Converse would take back
    case 'file':
    case 'compaction':
      return undefined
  }
}

const inputs = new WeakMap<object, ToolUseBlock['input']>()

/** The arguments of a call as an object, parsed once: a history sends the same calls with every request. */
function inputOf(part: ToolCallPart | NativeToolCallPart): ToolUseBlock['input'] {
  let input = inputs.get(part)
  if (input === undefined) inputs.set(part, (input = wellFormedJson(argsAsObject(part)) as ToolUseBlock['input']))
  return input
}

/** Only this family's own thinking goes back as thinking, and only with its signature; the rest becomes tagged text. */
function mapThinking(part: ThinkingPart, scope: AssistantScope, response: ModelResponse): ContentBlock | undefined {
  const { profile } = scope
  const isOwn =
    part.providerName === scope.system && profile.bedrockSendBackThinkingParts && isOwnFamily(response, scope)
  if (isOwn && part.signature !== undefined) {
    if (part.id === redactedId) return { reasoningContent: { redactedContent: redactedBytes(part) } }
    return { reasoningContent: { reasoningText: { text: part.content, signature: part.signature } } }
  }
  // Nova shows a placeholder for what it thought, and needs none of it back
  if (
    part.content === '' ||
    ((part.providerName ?? response.providerName) === scope.system && part.content === '[REDACTED]')
  )
    return undefined
  const [open, close] = profile.thinkingTags
  return { text: wellFormed(`${open}\n${part.content}\n${close}`) }
}

/** `ThinkingPart.id` of reasoning that only its provider can read. */
export const redactedId = 'redacted_content'

/** Redacted reasoning is bytes. Those that are UTF-8 text stand in the signature as text, others as base64. */
function redactedBytes(part: ThinkingPart): Uint8Array {
  const signature = part.signature ?? ''
  return part.providerDetails?.['encoding'] === 'base64'
    ? base64ToBytes(signature)
    : new TextEncoder().encode(signature)
}

/** The tool of Bedrock behind a part, if the model that is asked has it as well, and the other half of the pair is there: a
 *  stream that broke off may have left one without. */
function ownTool(
  part: NativeToolCallPart | NativeToolReturnPart,
  { system, profile }: AssistantScope,
  { parts }: ModelResponse,
) {
  if (part.providerName !== system || !profile.supportedNativeTools.has(part.toolName)) return undefined
  const otherHalf = part.kind === 'builtin-tool-call' ? 'builtin-tool-return' : 'builtin-tool-call'
  const isPaired = parts.some(
    other =>
      other.kind === otherHalf &&
      other.toolCallId === part.toolCallId &&
      other.toolName === part.toolName &&
      other.providerName === system,
  )
  return isPaired ? nativeToolByKind(part.toolName) : undefined
}

function mapNativeCall(
  part: NativeToolCallPart,
  scope: AssistantScope,
  response: ModelResponse,
): ContentBlock | undefined {
  const tool = ownTool(part, scope, response)
  if (tool === undefined) return undefined
  return { toolUse: { toolUseId: part.toolCallId, name: tool.wireName, input: inputOf(part), type: 'server_tool_use' } }
}

function mapNativeReturn(
  part: NativeToolReturnPart,
  scope: AssistantScope,
  response: ModelResponse,
): ContentBlock | undefined {
  const tool = ownTool(part, scope, response)
  if (tool === undefined) return undefined
  const status = part.providerDetails?.['status']
  const toolResult = {
    toolUseId: part.toolCallId,
    content: nativeContent(part.content),
    type: tool.resultType,
    ...(status !== undefined && { status }),
  } as ToolResultBlock
  return { toolResult }
}

/** As it came; a result without content gets some, an empty list is refused. */
function nativeContent(content: unknown): ToolResultBlock['content'] {
  if (content === null || content === undefined) return [{ json: {} }]
  if (typeof content === 'string') return [{ text: wellFormed(content) }]
  if (!isPlainObject(content)) return [{ text: valueText(content) }]
  return [{ json: wellFormedJson(content) as ToolResultContentBlock.JsonMember['json'] }]
}

/** Blank text is refused, except beside reasoning, where the blocks must stay exactly as the model wrote them. */
function withoutBlankText(blocks: ContentBlock[]): ContentBlock[] {
  if (blocks.some(block => block.reasoningContent !== undefined)) return blocks
  return blocks.some(isBlankText) ? blocks.filter(block => !isBlankText(block)) : blocks
}

function isBlankText(block: ContentBlock): boolean {
  return block.text !== undefined && block.text.trim() === ''
}
