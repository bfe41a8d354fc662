import type { FinalResultEvent, ModelEvent, PartEndEvent, PartStartEvent } from '../messages/event.ts'
import type { FinishReason, ModelResponse, ResponseState } from '../messages/message.ts'
import type { ResponsePart } from '../messages/part.ts'
import { emptyUsage, type RequestUsage } from '../usage/usage.ts'
import { given, type JsonObject, type MaybePromise } from '../util/json.ts'
import type { ModelRequestParameters, StreamedResponse } from './model.ts'
import { PartsManager, type PartsManagerOptions } from './parts-manager.ts'
import { toolKindsOf } from './tool-kinds.ts'

/** What an adapter knows of the answer besides its parts. It assigns these while it reads; later values win. */
export interface ResponseFacts {
  usage: RequestUsage
  finishReason?: FinishReason
  /** The provider's id of the response. */
  providerResponseId?: string
  providerDetails?: JsonObject
  /** Default: the model that was asked. */
  modelName?: string
  /** `suspended`: the provider paused and wants to be asked again. */
  state?: Extract<ResponseState, 'suspended'>
}

export interface StreamOptions extends Omit<PartsManagerOptions, 'toolKinds'> {
  readonly modelName: string
  readonly providerName?: string
  readonly providerUrl?: string
  /** RFC 3339. Default: now. */
  readonly timestamp?: string
  /** As prepared: they decide which part may be the final result. */
  readonly parameters: ModelRequestParameters
  /** Aborted when the reader cancels or leaves early; its signal belongs to the request. */
  readonly controller?: Pick<AbortController, 'abort'>
  /** Reads the provider's stream once: yields what the parts manager returns and assigns the facts. */
  read(parts: PartsManager, facts: ResponseFacts): AsyncGenerator<ModelEvent | undefined, void, undefined>
  /** Releases what the stream holds: called once, however the reading ends, also when it never began. */
  close?(): MaybePromise<unknown>
}

/** Makes the `StreamedResponse` of an adapter: adds the end of each part and the hint at a final result, keeps the state,
 *  and aborts the request when the reader stops early. */
export function streamedResponse(options: StreamOptions): StreamedResponse {
  return new AdapterStream(options)
}

const doneResult: IteratorReturnResult<undefined> = { done: true, value: undefined }

type Phase = 'reading' | 'finished' | 'cancelled' | 'failed'

class AdapterStream implements StreamedResponse, AsyncIterator<ModelEvent> {
  readonly modelName: string
  readonly providerName?: string
  readonly timestamp: string
  readonly #options: StreamOptions
  /** The response that is only replayed. */
  readonly #whole: ModelResponse | undefined
  readonly #parts: PartsManager
  readonly #facts: ResponseFacts = { usage: emptyUsage }
  readonly #source: AsyncGenerator<ModelEvent | undefined, void, undefined>
  #phase: Phase = 'reading'
  /** Events made but not yet taken; at most two, behind the one being returned. */
  readonly #pending: ModelEvent[] = []
  #lastStart: PartStartEvent | undefined
  #finalResultSent = false
  #stopWaiting: ((result: IteratorResult<ModelEvent>) => void) | undefined
  #outputTools: ReadonlyMap<string, FinalResultEvent | undefined> | undefined

  constructor(options: StreamOptions, whole?: ModelResponse) {
    this.modelName = options.modelName
    this.providerName = options.providerName
    this.timestamp = options.timestamp ?? new Date().toISOString()
    this.#options = options
    this.#whole = whole
    this.#parts = new PartsManager({ ...options, toolKinds: toolKindsOf(options.parameters) })
    this.#source = options.read(this.#parts, this.#facts)
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
    return this
  }

  next(): Promise<IteratorResult<ModelEvent>> {
    const event = this.#pending.shift()
    if (event !== undefined) return Promise.resolve({ done: false, value: event })
    return this.#phase === 'reading' ? this.#pull() : Promise.resolve(doneResult)
  }

  /** The reader leaves: the request is aborted and the adapter cleans up. */
  async return(): Promise<IteratorResult<ModelEvent>> {
    await this.cancel()
    return doneResult
  }

  async cancel(): Promise<void> {
    if (this.#phase !== 'reading') return
    this.#phase = 'cancelled'
    this.#pending.length = 0
    this.#options.controller?.abort(new DOMException('The stream was cancelled.', 'AbortError'))
    // errors of a stream that was just cut off say nothing
    const closing = this.#source
      .return()
      .then(() => this.#close())
      .catch(() => undefined)
    // a source that is busy closes when it hears of the abort; waiting for it could take as long as its answer
    if (this.#stopWaiting === undefined) await closing
    else this.#stopWaiting(doneResult)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }

  response(): ModelResponse {
    if (this.#whole !== undefined) return this.#whole
    const { usage, finishReason, providerResponseId, providerDetails, modelName } = this.#facts
    const { providerUrl } = this.#options
    return {
      kind: 'response',
      parts: this.#parts.parts,
      usage,
      modelName: modelName ?? this.modelName,
      timestamp: this.timestamp,
      ...given({
        providerName: this.providerName,
        providerUrl,
        providerDetails,
        providerResponseId,
        finishReason,
      }),
      state: this.#facts.state ?? stateOf[this.#phase],
    }
  }

  /** Settled by the next step of the source, or by `cancel()`: a source that ignores the abort holds nobody up. */
  #pull(): Promise<IteratorResult<ModelEvent>> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = resolve
      this.#source.next().then(this.#onStep, this.#onError).then(resolve, reject)
    })
  }

  // two closures per stream instead of an async function's frame per event
  readonly #onStep = (
    step: IteratorResult<ModelEvent | undefined, void>,
  ): IteratorResult<ModelEvent> | Promise<IteratorResult<ModelEvent>> => {
    this.#stopWaiting = undefined
    // cancelled while waiting
    if (this.#phase !== 'reading') return doneResult
    if (step.done === true) return this.#finish()
    if (step.value === undefined) return this.#pull()
    return { done: false, value: step.value.kind === 'part-start' ? this.#decorate(step.value) : step.value }
  }

  readonly #onError = async (error: unknown): Promise<IteratorResult<ModelEvent>> => {
    this.#stopWaiting = undefined
    if (this.#phase !== 'reading') return doneResult
    this.#phase = 'failed'
    this.#options.controller?.abort(error)
    await this.#close()
    throw error
  }

  async #finish(): Promise<IteratorResult<ModelEvent>> {
    this.#phase = 'finished'
    const end = this.#endOfLastPart()
    await this.#close()
    return end === undefined ? doneResult : { done: false, value: end }
  }

  async #close(): Promise<void> {
    await this.#options.close?.()
  }

  /** Returns the event to pass on first; what follows it waits in `#pending`. */
  #decorate(event: PartStartEvent): ModelEvent {
    const last = this.#lastStart
    const end = last !== undefined && last.index !== event.index ? this.#endOfLastPart(event.part.kind) : undefined
    const start: PartStartEvent = last === undefined ? event : { ...event, previousPartKind: last.part.kind }
    this.#lastStart = start

    const finalResult = this.#finalResult(event.part)
    if (end !== undefined) this.#pending.push(start)
    if (finalResult !== undefined) this.#pending.push(finalResult)
    return end ?? start
  }

  #endOfLastPart(nextPartKind?: ResponsePart['kind']): PartEndEvent | undefined {
    const last = this.#lastStart
    if (last === undefined || !kindsWithEnd.has(last.part.kind)) return undefined
    const { index } = last
    const part = this.#parts.part(index)
    return { kind: 'part-end', index, part, ...given({ nextPartKind }) }
  }

  #finalResult(part: ResponsePart): FinalResultEvent | undefined {
    if (this.#finalResultSent) return undefined
    const { parameters } = this.#options
    const hint = finalResultHint(part, parameters, () => (this.#outputTools ??= finalTools(parameters)))
    if (hint !== undefined) this.#finalResultSent = true
    return hint
  }
}

const stateOf: Readonly<Record<Phase, ResponseState>> = {
  reading: 'incomplete',
  finished: 'complete',
  cancelled: 'interrupted',
  failed: 'interrupted',
}

const kindsWithEnd: ReadonlySet<ResponsePart['kind']> = new Set(['text', 'thinking', 'tool-call', 'builtin-tool-call'])

/** Tools whose call may end the run. Deferred ones carry no hint of a name: the run would end with the requests. */
function finalTools(parameters: ModelRequestParameters): ReadonlyMap<string, FinalResultEvent | undefined> {
  const tools = new Map<string, FinalResultEvent | undefined>()
  for (const tool of parameters.functionTools) {
    if (tool.kind === 'external' || tool.kind === 'unapproved') tools.set(tool.name, { kind: 'final-result' })
  }
  for (const tool of parameters.outputTools) tools.set(tool.name, { kind: 'final-result', toolName: tool.name })
  return tools
}

function finalResultHint(
  part: ResponsePart,
  parameters: ModelRequestParameters,
  tools: () => ReadonlyMap<string, FinalResultEvent | undefined>,
): FinalResultEvent | undefined {
  switch (part.kind) {
    case 'text':
      return parameters.allowTextOutput ? { kind: 'final-result' } : undefined
    case 'file':
      return parameters.allowImageOutput && part.content.mediaType.startsWith('image/')
        ? { kind: 'final-result' }
        : undefined
    case 'tool-call': {
      const hint = tools().get(part.toolName)
      return hint?.toolName === undefined ? hint : { ...hint, toolCallId: part.toolCallId }
    }
    default:
      return undefined
  }
}

/** Replays a finished response as the events of a stream: each part whole, then its end.
 *  `response()` is the finished one from the start: nothing can be lost any more. */
export function completedStreamedResponse(
  response: ModelResponse,
  parameters: ModelRequestParameters,
): StreamedResponse {
  return new AdapterStream(
    {
      ...response,
      modelName: response.modelName ?? '',
      parameters,
      async *read(manager) {
        for (const part of response.parts) yield manager.handlePart(undefined, part)
      },
    },
    response,
  )
}
