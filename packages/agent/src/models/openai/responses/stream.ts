import type {
  Response,
  ResponseOutputItem,
  ResponseReasoningItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses'
import type { ModelEvent } from '../../../messages/event.ts'
import type { PartsManager } from '../../parts-manager.ts'
import type { ResponseFacts } from '../../streamed-response.ts'
import { reportedError, type ErrorScope } from '../errors.ts'
import type { OpenAIProfile } from '../facts.ts'
import type { EventReader } from '../stream.ts'
import { responsesUsage } from '../usage.ts'
import { callIdOf, phaseDetails, summaryOf } from './response.ts'

type Events = Iterable<ModelEvent | undefined>
type Handlers = {
  readonly [K in ResponseStreamEvent['type']]?: (event: Extract<ResponseStreamEvent, { type: K }>) => Events
}

/** An output item whose pieces are arriving. */
interface OpenItem {
  /** Of a message: told with its first text. */
  phase?: string | null
  hasText: boolean
  /** Of a function call: how much of its arguments was told. */
  argsLength: number
  /** Raw reasoning by content index. */
  readonly raw: string[]
  /** Summaries that have begun. */
  readonly summaries: Set<number>
}

const nothing: Events = []

/** Turns the events of the Responses API into parts, through the same functions as a whole answer. Items are told apart by
 *  their id.
 *  @see https://platform.openai.com/docs/api-reference/responses-streaming (fields as in `openai` 6.49.0) */
export class ResponsesReader implements EventReader<ResponseStreamEvent> {
  readonly #parts: PartsManager
  readonly #facts: ResponseFacts
  readonly #scope: ErrorScope
  readonly #origin: { system: string; profile: OpenAIProfile; responseId: string }
  readonly #items = new Map<string, OpenItem>()
  #isDone = false

  constructor(
    parts: PartsManager,
    facts: ResponseFacts,
    { scope, profile }: { scope: ErrorScope; profile: OpenAIProfile },
  ) {
    this.#parts = parts
    this.#facts = facts
    this.#scope = scope
    this.#origin = { system: scope.system, profile, responseId: '' }
  }

  get isDone(): boolean {
    return this.#isDone
  }

  read(event: ResponseStreamEvent): Events {
    return (this.#handlers[event.type] as ((event: ResponseStreamEvent) => Events) | undefined)?.(event) ?? nothing
  }

  readonly #handlers: Handlers = {
    'response.created': ({ response }) => this.#note(response),
    'response.queued': ({ response }) => this.#note(response),
    'response.in_progress': ({ response }) => this.#note(response),
    'response.completed': ({ response }) => this.#end(response),
    'response.incomplete': ({ response }) => this.#end(response),
    'response.failed': ({ response }) => this.#end(response),
    error: event => {
      failIfRefused(event, this.#scope)
      return nothing
    },
    'response.output_item.added': ({ item }) => this.#begin(item),
    'response.output_item.done': ({ item }) => this.#close(item),
    'response.output_text.delta': event => this.#text(event.item_id, event.delta),
    'response.function_call_arguments.delta': event => this.#args(event.item_id, event.delta),
    'response.reasoning_summary_part.added': event =>
      this.#summary(event.item_id, event.summary_index, event.part.text),
    'response.reasoning_summary_text.delta': event => this.#summary(event.item_id, event.summary_index, event.delta),
    'response.reasoning_text.delta': event => {
      // told when the text is whole: details replace each other, they are not appended
      const { raw } = this.#item(event.item_id)
      raw[event.content_index] = (raw[event.content_index] ?? '') + event.delta
      return nothing
    },
    'response.reasoning_text.done': event => this.#rawReasoning(event.item_id, event.content_index, event.text),
  }

  #note(response: Response): Events {
    this.#origin.responseId = response.id
    const { providerDetails } = summaryOf({ ...response, status: undefined })
    this.#facts.providerResponseId = response.id
    this.#facts.modelName = response.model
    if (providerDetails !== undefined) this.#facts.providerDetails = providerDetails
    return nothing
  }

  #end(response: Response): Events {
    this.#isDone = true
    failIfFailed(response, this.#scope)
    this.#note(response)
    Object.assign(this.#facts, summaryOf(response), { usage: responsesUsage(response.usage) })
    return nothing
  }

  #begin(item: ResponseOutputItem): Events {
    if (item.type === 'message') this.#item(item.id).phase = item.phase
    if (item.type !== 'function_call') return nothing
    const { id = item.call_id, name, call_id: callId } = item
    this.#item(id).argsLength = item.arguments.length
    return [
      this.#parts.handleToolCall(id, {
        toolName: name,
        args: item.arguments,
        toolCallId: callIdOf(callId, this.#origin),
        ...(item.id !== undefined && { id: item.id }),
        providerName: this.#scope.system,
      }),
    ]
  }

  /** What the pieces did not say: servers may send an item whole. */
  #close(item: ResponseOutputItem): Events {
    if (item.type === 'reasoning') return this.#closeReasoning(item)
    if (item.type === 'function_call') {
      const { id = item.call_id } = item
      return this.#items.get(id)?.argsLength === 0 && item.arguments !== '' ? this.#args(id, item.arguments) : nothing
    }
    if (item.type !== 'message' || this.#item(item.id).hasText) return nothing
    this.#item(item.id).phase = item.phase
    const text = item.content.map(content => (content.type === 'output_text' ? content.text : '')).join('')
    return text === '' ? nothing : this.#text(item.id, text)
  }

  #closeReasoning({ id, encrypted_content: signature, content }: ResponseReasoningItem): Events {
    const raw = this.#item(id).raw
    const isTold = raw.length > 0 || content === undefined || content.length === 0
    return [
      ...(isTold ? [] : content.map((piece, index) => this.#rawReasoning(id, index, piece.text))).flatMap(events => [
        ...events,
      ]),
      signature ? this.#parts.handleThinking(id, { signature, id, providerName: this.#scope.system }) : undefined,
    ]
  }

  #text(id: string, content: string): Events {
    const item = this.#item(id)
    if (item.hasText) return [this.#parts.handleText(id, { content })]
    if (content === '' || content === null) return nothing
    const details = phaseDetails(item.phase)
    const event = this.#parts.handleText(id, {
      content,
      id,
      providerName: this.#scope.system,
      ...(Object.keys(details).length > 0 && { providerDetails: details }),
    })
    // leading blanks may have been swallowed
    item.hasText = event !== undefined
    return [event]
  }

  #args(id: string, args: string): Events {
    this.#item(id).argsLength += args.length
    return [this.#parts.handleToolCall(id, { args })]
  }

  /** The first summary shares its part with the signature. */
  #summary(itemId: string, index: number, content: string): Events {
    const vendorId = index === 0 ? itemId : `${itemId}-${index}`
    const { summaries } = this.#item(itemId)
    if (summaries.has(index)) return [this.#parts.handleThinking(vendorId, { content })]
    summaries.add(index)
    return [this.#parts.handleThinking(vendorId, { content, id: itemId, providerName: this.#scope.system })]
  }

  #rawReasoning(id: string, index: number, text: string): Events {
    const { raw } = this.#item(id)
    raw[index] = text
    const providerDetails = { raw_content: [...raw] }
    return [this.#parts.handleThinking(id, { content: '', id, providerName: this.#scope.system, providerDetails })]
  }

  #item(id: string): OpenItem {
    let item = this.#items.get(id)
    if (item === undefined)
      this.#items.set(id, (item = { hasText: false, argsLength: 0, raw: [], summaries: new Set() }))
    return item
  }
}

/** @throws {ModelError} for an event by which the provider gives up */
export function failIfRefused(event: ResponseStreamEvent, scope: ErrorScope): void {
  if (event.type === 'error') throw reportedError(event, scope)
  if (event.type === 'response.failed') failIfFailed(event.response, scope)
}

/** @throws {ModelError} when the provider gave up, with its reason */
export function failIfFailed(response: Response, scope: ErrorScope): void {
  if (response.status === 'failed' && response.error) throw reportedError(response.error, scope)
}
