import { AwsError } from './aws-error.ts'
import type { Answer } from './delivery.ts'
import { callsClientTool, isRawReply } from './reply.ts'
import type { MessageReply, Reply, ReplyChunk } from './reply.ts'
import type { Responder, ResponderInfo } from './responder.ts'
import { eventsOfChunks, eventsOfReply, messageOfEvents } from './stream-events.ts'
import type { EndingOf } from './stream-events.ts'
import { estimateContentTokens, estimateInputTokens } from './tokens.ts'
import { isJsonObject } from './wire.ts'
import type { ConverseRequest, JsonObject, StreamEvent, TokenUsage } from './wire.ts'

export interface ConverseCall {
  request: ConverseRequest
  info: ResponderInfo
  responder: Responder
  /** milliseconds since the epoch */
  receivedAt: number
  /** told of every reply once its content is known */
  onReply: (reply: MessageReply) => void
}

/** `POST /model/{modelId}/converse` */
export async function converse(call: ConverseCall): Promise<Answer> {
  const result = await respond(call)
  const endingOf = endingFor(call)
  if (isChunks(result)) return { body: bodyOf(await collect(eventsOfChunks(result, endingOf)), endingOf) }
  if (!isRawReply(result)) return { body: bodyOf(result, endingOf) }
  return { body: result.body ?? bodyOf(messageOfEvents(result.events ?? []), endingOf) }
}

/** `POST /model/{modelId}/converse-stream` */
export async function converseStream(call: ConverseCall): Promise<Answer> {
  const result = await respond(call)
  const endingOf = endingFor(call)
  if (isChunks(result)) return { events: eventsOfChunks(result, endingOf) }
  if (!isRawReply(result)) return { events: eventsOfReply(result, endingOf) }
  return { events: result.events ?? eventsOfReply(replyOfBody(result.body ?? {}), endingOf) }
}

async function respond({ request, info, responder }: ConverseCall): Promise<Reply | AsyncIterable<ReplyChunk>> {
  try {
    return await responder(request, info)
  } catch (error) {
    if (error instanceof AwsError) throw error
    const message = `The responder failed: ${error instanceof Error ? error.message : String(error)}`
    throw new AwsError('ModelErrorException', message, { fields: { originalStatusCode: 500 } })
  }
}

const isChunks = (result: Reply | AsyncIterable<ReplyChunk>): result is AsyncIterable<ReplyChunk> =>
  Symbol.asyncIterator in result

async function collect(events: AsyncIterable<StreamEvent>): Promise<MessageReply> {
  const all: StreamEvent[] = []
  for await (const event of events) all.push(event)
  return messageOfEvents(all)
}

/** What follows the content: stop reason, usage, and the settings that were served. */
function endingFor({ request, receivedAt, onReply }: ConverseCall): EndingOf {
  return reply => {
    onReply(reply)
    const { stopReason, usage, metrics, trace, additionalModelResponseFields } = reply
    const performanceConfig = reply.performanceConfig ?? request['performanceConfig']
    const serviceTier = reply.serviceTier ?? request['serviceTier']
    return {
      stopReason: stopReason ?? (callsClientTool(reply.content) ? 'tool_use' : 'end_turn'),
      additionalModelResponseFields,
      metadata: {
        usage: usageOf(request, reply, usage),
        metrics: metrics ?? { latencyMs: Math.max(1, Date.now() - receivedAt) },
        ...(trace && { trace }),
        ...(isJsonObject(performanceConfig) && { performanceConfig }),
        ...(isJsonObject(serviceTier) && { serviceTier }),
      },
    }
  }
}

function usageOf(request: ConverseRequest, reply: MessageReply, given: Partial<TokenUsage> = {}): TokenUsage {
  const inputTokens = given.inputTokens ?? estimateInputTokens(request)
  const outputTokens = given.outputTokens ?? estimateContentTokens(reply.content)
  const cached = (given.cacheReadInputTokens ?? 0) + (given.cacheWriteInputTokens ?? 0)
  return { totalTokens: inputTokens + outputTokens + cached, ...given, inputTokens, outputTokens }
}

function bodyOf(reply: MessageReply, endingOf: EndingOf): JsonObject {
  const { stopReason, additionalModelResponseFields, metadata } = endingOf(reply)
  const fields = additionalModelResponseFields === undefined ? {} : { additionalModelResponseFields }
  return { output: { message: { role: 'assistant', content: reply.content } }, stopReason, ...metadata, ...fields }
}

/** Reads a hand-written Converse body back into a reply. */
function replyOfBody(body: JsonObject): MessageReply {
  const { output, ...rest } = body
  const message = isJsonObject(output) ? output['message'] : undefined
  const content = isJsonObject(message) && Array.isArray(message['content']) ? message['content'] : []
  return { ...rest, content: content.filter(isJsonObject) }
}
