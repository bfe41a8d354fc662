import type {
  Response,
  ResponseFunctionToolCall,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses'
import type { FinishReason } from '../../../messages/message.ts'
import type { ResponsePart, TextPart, ThinkingPart, ToolCallPart } from '../../../messages/part.ts'
import type { JsonObject, JsonValue } from '../../../util/json.ts'
import { rfc3339FromEpoch } from '../../../util/time.ts'
import type { OpenAIProfile } from '../facts.ts'

/** Who answered, as parts name it. */
export interface ResponseOrigin {
  readonly system: string
  readonly profile: OpenAIProfile
  /** The provider's id of the response. */
  readonly responseId: string
}

type ItemMapper<T> = (item: T, origin: ResponseOrigin) => ResponsePart[]
type ItemMappers = { readonly [K in ResponseOutputItem['type']]?: ItemMapper<Extract<ResponseOutputItem, { type: K }>> }

/** The items that become parts; what is not here (computer use, shells, approvals) has no part to become. */
const mappers: ItemMappers = {
  message: messageParts,
  reasoning: reasoningParts,
  function_call: (item, origin) => [callPart(item, origin)],
}

/** The parts of a whole answer. */
export function partsOf(output: readonly ResponseOutputItem[], origin: ResponseOrigin): ResponsePart[] {
  return output.flatMap(
    item => (mappers[item.type] as ItemMapper<ResponseOutputItem> | undefined)?.(item, origin) ?? [],
  )
}

function messageParts(item: ResponseOutputMessage, { system }: ResponseOrigin): TextPart[] {
  return item.content.flatMap(content => {
    if (content.type !== 'output_text') return []
    // compatible servers send null
    const text: string | null = content.text
    const logprobs = content.logprobs?.length ? content.logprobs : undefined
    // plain JSON, which the SDK's interfaces do not say
    const told: JsonObject = logprobs === undefined ? {} : { logprobs: logprobs as unknown as JsonValue }
    const details: JsonObject = { ...phaseDetails(item.phase), ...told }
    return [
      {
        kind: 'text',
        content: text ?? '',
        id: item.id,
        providerName: system,
        ...(Object.keys(details).length > 0 && { providerDetails: details }),
      },
    ]
  })
}

export function phaseDetails(phase: string | null | undefined): JsonObject {
  return phase === null || phase === undefined ? {} : { phase }
}

/** One part for each summary; the first carries the signature, and the raw reasoning of models that show it. */
function reasoningParts(item: ResponseReasoningItem, { system }: ResponseOrigin): ThinkingPart[] {
  const raw = (item.content ?? []).map(({ text }) => text)
  const texts = item.summary.map(({ text }) => text)
  if (texts.length === 0 && (raw.length > 0 || item.encrypted_content)) texts.push('')
  return texts.map((content, index) => ({
    kind: 'thinking',
    content,
    id: item.id,
    providerName: system,
    ...(index === 0 && item.encrypted_content && { signature: item.encrypted_content }),
    ...(index === 0 && raw.length > 0 && { providerDetails: { raw_content: raw } }),
  }))
}

function callPart(item: ResponseFunctionToolCall, origin: ResponseOrigin): ToolCallPart {
  return {
    kind: 'tool-call',
    toolName: item.name,
    args: item.arguments,
    toolCallId: callIdOf(item.call_id, origin),
    ...(item.id !== undefined && { id: item.id }),
    providerName: origin.system,
  }
}

/** Where ids start anew in each response, the response's own id goes in front. */
export function callIdOf(callId: string, { profile, responseId }: ResponseOrigin): string {
  return profile.openaiResponsesToolCallIdsAreResponseScoped ? `${responseId}:${callId}` : callId
}

const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['completed', 'stop'],
  ['max_output_tokens', 'length'],
  ['content_filter', 'content_filter'],
  ['cancelled', 'error'],
  ['failed', 'error'],
])

/** What is said of an answer besides its parts. */
export interface ResponseSummary {
  readonly finishReason?: FinishReason
  readonly providerDetails?: JsonObject
}

/** A refusal is the provider's filter speaking: it makes no part, its words are in `providerDetails.refusal`. */
export function summaryOf(response: Response): ResponseSummary {
  const rawReason = response.incomplete_details?.reason ?? response.status
  const refusal = refusalOf(response)
  const finishReason = refusal === undefined ? finishReasons.get(rawReason ?? '') : 'content_filter'
  const timestamp = response.created_at ? rfc3339FromEpoch(response.created_at) : undefined
  const details = {
    ...(rawReason !== undefined && refusal === undefined && { finish_reason: rawReason }),
    ...(timestamp !== undefined && { timestamp }),
    ...(refusal !== undefined && { refusal }),
  }
  return {
    ...(finishReason !== undefined && { finishReason }),
    ...(Object.keys(details).length > 0 && { providerDetails: details }),
  }
}

function refusalOf({ output }: Response): string | undefined {
  for (const item of output) {
    if (item.type !== 'message') continue
    for (const content of item.content) if (content.type === 'refusal') return content.refusal
  }
  return undefined
}
