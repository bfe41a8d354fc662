import type { ChatCompletionChunk } from 'openai/resources/chat/completions/completions'
import type { ModelEvent } from '../../../messages/event.ts'
import { addUsage } from '../../../usage/add-usage.ts'
import type { PartsManager } from '../../parts-manager.ts'
import type { ResponseFacts } from '../../streamed-response.ts'
import type { EventReader } from '../stream.ts'
import { chatUsage } from '../usage.ts'
import { detailsOf, finishReasonOf, thinkingOf, type ChatOrigin } from './response.ts'

/** Turns the chunks of the Chat API into parts. Calls are told apart by their index.
 *  @see https://platform.openai.com/docs/api-reference/chat-streaming (fields as in `openai` 6.49.0) */
export class ChatReader implements EventReader<ChatCompletionChunk> {
  readonly #parts: PartsManager
  readonly #facts: ResponseFacts
  readonly #origin: ChatOrigin
  readonly #usageIsTotal: boolean
  #finishReason: string | undefined
  #created: number | undefined
  #refusal = ''
  readonly #logprobs: unknown[] = []
  #isLast = false
  /** A new one for each run of reasoning. */
  #thinkingRun = 0
  #isThinking = false

  /** @param options.usageIsTotal every chunk counts from the start, instead of what is new */
  constructor(
    parts: PartsManager,
    facts: ResponseFacts,
    { usageIsTotal, ...origin }: ChatOrigin & { readonly usageIsTotal: boolean },
  ) {
    this.#usageIsTotal = usageIsTotal
    this.#parts = parts
    this.#facts = facts
    this.#origin = origin
  }

  /** The reason has come, or the chunk behind the last choice, which holds the usage alone. */
  get isDone(): boolean {
    return this.#finishReason !== undefined || this.#isLast
  }

  *read(chunk: ChatCompletionChunk): Iterable<ModelEvent | undefined> {
    this.#note(chunk)
    // compatible servers leave out what the SDK's types promise
    const choice = (chunk.choices as typeof chunk.choices | null)?.[0]
    if (choice === undefined) {
      if (chunk.usage) this.#isLast = true
      return
    }
    if (choice.logprobs?.content) this.#logprobs.push(...choice.logprobs.content)
    const delta = choice.delta as typeof choice.delta | null
    if (delta) yield* this.#delta(delta)
    if (choice.finish_reason) this.#finishReason = choice.finish_reason
    if (this.#finishReason !== undefined || this.#refusal !== '') this.#summarize()
  }

  *#delta(delta: ChatCompletionChunk.Choice.Delta): Iterable<ModelEvent | undefined> {
    const thinking = thinkingOf(delta, this.#origin.profile)
    if (thinking !== undefined) {
      if (!this.#isThinking) this.#thinkingRun += 1
      this.#isThinking = true
      const { field: id, text: content } = thinking
      yield this.#parts.handleThinking(`thinking-${this.#thinkingRun}`, {
        content,
        id,
        providerName: this.#origin.system,
      })
    }
    if (delta.refusal) this.#refusal += delta.refusal
    if (delta.content) {
      this.#isThinking = false
      yield this.#parts.handleText('content', { content: delta.content })
    }
    for (const { index, id, function: call } of delta.tool_calls ?? []) {
      this.#isThinking = false
      yield this.#parts.handleToolCall(`call-${index}`, {
        ...(call?.name && { toolName: call.name }),
        // compatible servers send null where there is nothing
        ...(typeof call?.arguments === 'string' && { args: call.arguments }),
        ...(id && { toolCallId: id }),
      })
    }
  }

  #note({ id, model, created, usage }: ChatCompletionChunk): void {
    if (id) this.#facts.providerResponseId = id
    if (model) this.#facts.modelName = model
    if (usage) {
      const counted = chatUsage(usage)
      this.#facts.usage = this.#usageIsTotal ? counted : addUsage(this.#facts.usage, counted)
    }
    if (created && this.#created === undefined) {
      this.#created = created
      this.#summarize()
    }
  }

  #summarize(): void {
    const refusal = this.#refusal
    const finishReason = refusal === '' ? finishReasonOf(this.#finishReason) : 'content_filter'
    if (finishReason !== undefined) this.#facts.finishReason = finishReason
    const sources = { finishReason: this.#finishReason, created: this.#created, refusal, logprobs: this.#logprobs }
    const details = detailsOf(sources)
    if (details !== undefined) this.#facts.providerDetails = details
  }
}
