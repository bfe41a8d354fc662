import { createHash } from 'node:crypto'
import type { ContentBlock, JsonObject, StreamEvent, TokenUsage, ToolUse } from './wire.ts'

/** What the model says. The same reply feeds Converse (one JSON body) and ConverseStream (events). */
export interface MessageReply {
  /** content blocks in wire shape; blobs may be `Uint8Array` */
  content: ContentBlock[]
  /** default: `tool_use` when a client tool is called, else `end_turn` */
  stopReason?: string
  /** overrides single numbers of the estimate; `totalTokens` defaults to the sum of the four counts */
  usage?: Partial<TokenUsage>
  metrics?: { latencyMs: number }
  trace?: JsonObject
  performanceConfig?: JsonObject
  serviceTier?: JsonObject
  additionalModelResponseFields?: unknown
}

/** Exact wire data, for an answer no helper can build. A missing half is derived from the other. */
export interface RawReply {
  /** the JSON body of Converse, sent as it is */
  body?: JsonObject
  /** the events of ConverseStream, sent as they are (only the padding key `p` is added) */
  events?: StreamEvent[]
}

export type Reply = MessageReply | RawReply

/** A piece of a reply that is still being written. Pieces of one kind in a row form one content block. */
export type ReplyChunk =
  | { text: string }
  | { reasoning: string }
  | { signature: string }
  | { redactedContent: Uint8Array }
  | { toolUse: { toolUseId?: string; name: string; type?: string } }
  /** a piece of the JSON text of the latest tool's input */
  | { toolInput: string }
  /** any wire event, sent as it is */
  | { event: StreamEvent }
  /** everything of a reply that is not content; may come any time */
  | { finish: Omit<MessageReply, 'content'> }

export interface ReplyOptions extends Omit<MessageReply, 'content'> {}

let toolUseCounter = 0

/** A fresh id in the shape Bedrock uses. */
export function newToolUseId(): string {
  toolUseCounter += 1
  return `tooluse_local${toolUseCounter.toString(36).padStart(17, '0')}`
}

const textBlock = (text: string): ContentBlock => ({ text })

/** A call of one of the client's tools. */
const toolUseBlock = (name: string, input: unknown = {}, toolUseId = newToolUseId()): ContentBlock => ({
  toolUse: { toolUseId, name, input } satisfies ToolUse,
})

const reasoningBlock = (text: string, signature?: string): ContentBlock => ({
  reasoningContent: { reasoningText: signature === undefined ? { text } : { text, signature } },
})

const redactedBlock = (bytes: Uint8Array): ContentBlock => ({ reasoningContent: { redactedContent: bytes } })

/** A signature that belongs to this text alone. */
const signatureOf = (text: string): string => createHash('sha256').update(`local:${text}`).digest('base64')

/** Builders of content blocks, for replies with several. */
export const block = { text: textBlock, toolUse: toolUseBlock, reasoning: reasoningBlock, redacted: redactedBlock }

/** Builders of whole replies.
 *  @example
 *  reply.text('Riga is cold.')
 *  reply.toolUse('weather', { city: 'Riga' })
 *  reply.blocks([block.reasoning('Hm.', 'sig'), block.text('Yes.')], { usage: { inputTokens: 12 } }) */
export const reply = {
  /** one text block */
  text: (text: string, options: ReplyOptions = {}): MessageReply => ({ content: [textBlock(text)], ...options }),
  /** one tool call; its id is generated unless `toolUseId` is given */
  toolUse: (name: string, input: unknown = {}, options: ReplyOptions & { toolUseId?: string } = {}): MessageReply => {
    const { toolUseId, ...rest } = options
    return { content: [toolUseBlock(name, input, toolUseId)], ...rest }
  },
  /** a reasoning block, signed unless `signature` is given, then text */
  reasoning: (reasoning: string, text: string, options: ReplyOptions & { signature?: string } = {}): MessageReply => {
    const { signature = signatureOf(reasoning), ...rest } = options
    return { content: [reasoningBlock(reasoning, signature), textBlock(text)], ...rest }
  },
  /** any blocks, in order */
  blocks: (content: ContentBlock[], options: ReplyOptions = {}): MessageReply => ({ content, ...options }),
  /** exact stream events; Converse gets the message they add up to */
  events: (events: StreamEvent[]): RawReply => ({ events }),
  /** an exact Converse body; ConverseStream gets the same message as events */
  body: (body: JsonObject): RawReply => ({ body }),
}

export const isRawReply = (value: Reply): value is RawReply => !('content' in value)

/** Calls of the client's own tools: a block of type `server_tool_use` was already answered by the service. */
export const callsClientTool = (content: readonly ContentBlock[]): boolean =>
  content.some(item => item.toolUse !== undefined && item.toolUse.type === undefined)
