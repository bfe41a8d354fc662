import { callsClientTool, newToolUseId } from './reply.ts'
import type { MessageReply, ReplyChunk } from './reply.ts'
import { isJsonObject, toWireJson } from './wire.ts'
import type { ContentBlock, JsonObject, StreamEvent } from './wire.ts'

/** Words with the space before them; a run without spaces is cut every 12 code points. Never splits a code point,
 *  so the pieces depend on the text alone. */
export function textPieces(text: string): string[] {
  return text.match(/\s*\S{1,12}\s*$|\s*\S{1,12}|\s+$/gu) ?? (text === '' ? [''] : [text])
}

/** Tool input travels as pieces of JSON text that mean nothing alone. */
export function jsonPieces(json: string): string[] {
  return json.match(/[^]{1,16}/gu) ?? []
}

const start = (contentBlockIndex: number, value: JsonObject): StreamEvent => ({
  contentBlockStart: { contentBlockIndex, start: value },
})
const delta = (contentBlockIndex: number, value: JsonObject): StreamEvent => ({
  contentBlockDelta: { contentBlockIndex, delta: value },
})
const stop = (contentBlockIndex: number): StreamEvent => ({ contentBlockStop: { contentBlockIndex } })

/** How each kind of block is told as events, between (optional) start and stop. Text and reasoning have no start event. */
const blockEvents: { [kind: string]: (item: ContentBlock, index: number) => StreamEvent[] } = {
  text: (item, index) => textPieces(item.text ?? '').map(text => delta(index, { text })),
  toolUse: ({ toolUse }, index) => {
    const { input, ...head } = toolUse!
    return [
      start(index, { toolUse: head }),
      ...jsonPieces(toWireJson(input)).map(piece => delta(index, { toolUse: { input: piece } })),
    ]
  },
  reasoningContent: ({ reasoningContent }, index) => {
    const { reasoningText, redactedContent } = reasoningContent!
    if (redactedContent !== undefined) return [delta(index, { reasoningContent: { redactedContent } })]
    const text = textPieces(reasoningText?.text ?? '').map(piece => delta(index, { reasoningContent: { text: piece } }))
    const signature = reasoningText?.signature
    return signature === undefined ? text : [...text, delta(index, { reasoningContent: { signature } })]
  },
  toolResult: ({ toolResult }, index) => {
    const { content, ...head } = toolResult!
    return [start(index, { toolResult: head }), ...content.map(part => delta(index, { toolResult: [part] }))]
  },
  image: ({ image }, index) => [
    start(index, { image: { format: image!['format'] } }),
    delta(index, { image: { source: image!['source'] } }),
  ],
  citationsContent: ({ citationsContent }, index) => [
    ...objects(citationsContent!['content']).map(part => delta(index, part)),
    ...objects(citationsContent!['citations']).map(citation => delta(index, { citation })),
  ],
}

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : [])

function eventsOfBlock(item: ContentBlock, index: number): StreamEvent[] {
  const kind = Object.keys(item)[0] ?? ''
  const known = Object.hasOwn(blockEvents, kind) ? blockEvents[kind] : undefined
  return [...(known ? known(item, index) : [delta(index, item)]), stop(index)]
}

/** The tail of a stream: how it stopped, and what it cost. */
export interface Ending {
  stopReason: string
  /** goes into `messageStop` */
  additionalModelResponseFields?: unknown
  /** payload of the `metadata` event: usage, metrics, trace … */
  metadata: JsonObject
}

/** Computes the ending once all content is known. */
export type EndingOf = (reply: MessageReply) => Ending

function* endingEvents(ending: Ending): Generator<StreamEvent> {
  const { stopReason, additionalModelResponseFields } = ending
  yield {
    messageStop:
      additionalModelResponseFields === undefined ? { stopReason } : { stopReason, additionalModelResponseFields },
  }
  yield { metadata: ending.metadata }
}

/** A finished reply as the events of ConverseStream. */
export function* eventsOfReply(reply: MessageReply, endingOf: EndingOf): Generator<StreamEvent> {
  yield { messageStart: { role: 'assistant' } }
  for (const [index, item] of reply.content.entries()) yield* eventsOfBlock(item, index)
  yield* endingEvents(endingOf(reply))
}

type ChunkKind = 'text' | 'reasoning' | 'toolUse' | 'redactedContent'

/** What a chunk adds to a block: the block's kind, an optional start, the delta. */
function chunkStep(
  chunk: ReplyChunk,
): { kind: ChunkKind; startsBlock: boolean; start?: JsonObject; delta?: JsonObject } | undefined {
  if ('text' in chunk) return { kind: 'text', startsBlock: false, delta: { text: chunk.text } }
  if ('reasoning' in chunk)
    return { kind: 'reasoning', startsBlock: false, delta: { reasoningContent: { text: chunk.reasoning } } }
  if ('signature' in chunk)
    return { kind: 'reasoning', startsBlock: false, delta: { reasoningContent: { signature: chunk.signature } } }
  if ('redactedContent' in chunk)
    return { kind: 'redactedContent', startsBlock: true, delta: { reasoningContent: chunk } }
  if ('toolInput' in chunk)
    return { kind: 'toolUse', startsBlock: false, delta: { toolUse: { input: chunk.toolInput } } }
  if ('toolUse' in chunk) {
    return {
      kind: 'toolUse',
      startsBlock: true,
      start: { toolUse: { ...chunk.toolUse, toolUseId: chunk.toolUse.toolUseId ?? newToolUseId() } },
    }
  }
  return undefined
}

/** A reply still being written, as events: each chunk leaves as soon as it comes. */
export async function* eventsOfChunks(
  chunks: AsyncIterable<ReplyChunk>,
  endingOf: EndingOf,
): AsyncGenerator<StreamEvent> {
  const sent: StreamEvent[] = []
  const keep = (event: StreamEvent): StreamEvent => (sent.push(event), event)
  let finish: Omit<MessageReply, 'content'> = {}
  let open: ChunkKind | undefined
  let index = -1
  yield { messageStart: { role: 'assistant' } }
  for await (const chunk of chunks) {
    if ('event' in chunk) yield keep(chunk.event)
    if ('finish' in chunk) finish = { ...finish, ...chunk.finish }
    const step = chunkStep(chunk)
    if (!step) continue
    if (step.startsBlock || step.kind !== open) {
      if (open) yield keep(stop(index))
      open = step.kind
      index += 1
    }
    if (step.start) yield keep(start(index, step.start))
    if (step.delta) yield keep(delta(index, step.delta))
  }
  if (open) yield keep(stop(index))
  yield* endingEvents(endingOf({ ...messageOfEvents(sent), ...finish }))
}

/** Adds events up to the reply they tell. The inverse of `eventsOfReply`, lenient: unknown events are skipped. */
export function messageOfEvents(events: Iterable<StreamEvent>): MessageReply {
  const blocks = new Map<number, BlockState>()
  const reply: MessageReply = { content: [] }
  for (const event of events) {
    const { contentBlockStart, contentBlockDelta, messageStop, metadata } = event
    const index = Number((contentBlockStart ?? contentBlockDelta)?.['contentBlockIndex'] ?? 0)
    if (contentBlockStart || contentBlockDelta) {
      const state = blocks.get(index) ?? { text: '', json: '', reasoning: '', citations: [], results: [], head: {} }
      blocks.set(index, state)
      if (contentBlockStart) Object.assign(state.head, contentBlockStart['start'])
      if (contentBlockDelta && isJsonObject(contentBlockDelta['delta'])) addDelta(state, contentBlockDelta['delta'])
    }
    if (messageStop) Object.assign(reply, messageStop)
    if (metadata) Object.assign(reply, metadata)
  }
  reply.content = [...blocks.values()].map(finishBlock)
  reply.stopReason ??= callsClientTool(reply.content) ? 'tool_use' : 'end_turn'
  return reply
}

interface BlockState {
  text: string
  json: string
  reasoning: string
  signature?: string
  redacted?: Uint8Array | string
  citations: JsonObject[]
  results: unknown[]
  image?: JsonObject
  head: JsonObject
  unknown?: JsonObject
}

function addDelta(state: BlockState, value: JsonObject): void {
  const { text, toolUse, reasoningContent, citation, toolResult, image } = value
  if (typeof text === 'string') state.text += text
  else if (isJsonObject(toolUse)) state.json += typeof toolUse['input'] === 'string' ? toolUse['input'] : ''
  else if (isJsonObject(citation)) state.citations.push(citation)
  else if (Array.isArray(toolResult)) state.results.push(...(toolResult as unknown[]))
  else if (isJsonObject(image)) state.image = image
  else if (isJsonObject(reasoningContent)) addReasoning(state, reasoningContent)
  else state.unknown = value
}

function addReasoning(state: BlockState, value: JsonObject): void {
  const { text, signature, redactedContent } = value
  if (typeof text === 'string') state.reasoning += text
  if (typeof signature === 'string') state.signature = signature
  if (typeof redactedContent === 'string' || redactedContent instanceof Uint8Array) state.redacted = redactedContent
}

function finishBlock(state: BlockState): ContentBlock {
  const { head } = state
  if (isJsonObject(head['toolUse'])) {
    return { toolUse: { ...(head['toolUse'] as { toolUseId: string; name: string }), input: parseOrText(state.json) } }
  }
  if (isJsonObject(head['toolResult'])) {
    return { toolResult: { ...head['toolResult'], content: state.results } as ContentBlock['toolResult'] }
  }
  if (isJsonObject(head['image'])) return { image: { ...head['image'], ...state.image } }
  if (state.redacted !== undefined) return { reasoningContent: { redactedContent: state.redacted } }
  if (state.reasoning || state.signature !== undefined) {
    const { reasoning: text, signature } = state
    return { reasoningContent: { reasoningText: signature === undefined ? { text } : { text, signature } } }
  }
  if (state.citations.length)
    return { citationsContent: { content: [{ text: state.text }], citations: state.citations } }
  return state.unknown ?? { text: state.text }
}

function parseOrText(json: string): unknown {
  if (json === '') return {}
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
