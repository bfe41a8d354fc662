import { UnexpectedModelBehavior } from '../errors/run-error.ts'
import { reservedMetadataKey } from '../messages/merge-messages.ts'
import type { ModelResponse } from '../messages/message.ts'
import { addUsage } from '../usage/add-usage.ts'
import { isPlainObject, type JsonObject } from '../util/json.ts'
import type { Model } from './model.ts'

/** How often a response that the model paused may be resumed. */
export const maxContinuations = 10
/** How often a response that is made in the background may be asked for. */
const maxBackgroundPolls = 1000

/** What a suspended response says of how it is to be resumed. */
export interface ContinuationPins {
  /** `system:modelName` of the model of a fallback that has begun the answer and must go on with it. */
  readonly fallbackModelId?: string
  /** The response stands for the suspended one and does not continue it. */
  readonly replacePreviousResponse?: boolean
}

/** The pins by their names in a stored history, which other implementations read too. */
const pinKeys = {
  fallbackModelId: 'fallback_model_id',
  replacePreviousResponse: 'replace_previous_response',
} as const satisfies Record<keyof ContinuationPins, string>

export function continuationPins(response: ModelResponse): ContinuationPins {
  const reserved = reservedMetadata(response)
  const fallbackModelId = reserved[pinKeys.fallbackModelId]
  return {
    fallbackModelId: typeof fallbackModelId === 'string' ? fallbackModelId : undefined,
    replacePreviousResponse: reserved[pinKeys.replacePreviousResponse] === true || undefined,
  }
}

export function withContinuationPins(response: ModelResponse, pins: ContinuationPins): ModelResponse {
  const named = Object.entries(pinKeys).flatMap(([pin, key]) => {
    const value = pins[pin as keyof ContinuationPins]
    return value === undefined ? [] : [[key, value] as const]
  })
  const reserved = { ...reservedMetadata(response), ...Object.fromEntries(named) }
  return { ...response, metadata: { ...response.metadata, [reservedMetadataKey]: reserved } }
}

function reservedMetadata(response: ModelResponse): JsonObject {
  const reserved = response.metadata?.[reservedMetadataKey]
  return isPlainObject(reserved) ? (reserved as JsonObject) : {}
}

/** Joins a suspended response and what came when it was resumed.
 *  The same provider id asked for again: the later state of it, with its usage alone. Another model, or a response marked as a
 *  replacement: the later one, usages added. Otherwise the later parts go on where the earlier ones stopped. */
export function mergeContinuation(previous: ModelResponse, next: ModelResponse): ModelResponse {
  const isPoll = next.providerResponseId !== undefined && next.providerResponseId === previous.providerResponseId
  if (isPoll) return next

  const usage = addUsage(previous.usage, next.usage)
  const isReplacement = continuationPins(next).replacePreviousResponse === true || next.modelName !== previous.modelName
  return isReplacement ? { ...next, usage } : { ...next, usage, parts: [...previous.parts, ...next.parts] }
}

/** What is to be done with a response that came. */
export type ContinuationStep =
  | { readonly done: true; readonly response: ModelResponse }
  /** Wait, then ask again with `response` as the last message. */
  | { readonly done: false; readonly response: ModelResponse; readonly delayMs: number | undefined }

/** Follows one answer until it is no longer suspended. The caller makes the requests; this merges what comes and keeps count.
 *
 *  @example
 *  const continuation = new Continuation(model)
 *  let step = continuation.take(await request(messages))
 *  while (!step.done) step = continuation.take(await request([...messages, step.response])) */
export class Continuation {
  readonly #model: Model
  #suspended: ModelResponse | undefined
  #resumed = 0
  #polled = 0

  /** @param suspended a response of the history that is to be resumed */
  constructor(model: Model, suspended?: ModelResponse) {
    this.#model = model
    this.#suspended = suspended
  }

  /** The merged response so far, while it is suspended. */
  get suspended(): ModelResponse | undefined {
    return this.#suspended
  }

  /** @throws {UnexpectedModelBehavior} when the model keeps pausing */
  take(next: ModelResponse): ContinuationStep {
    const previous = this.#suspended
    const response = previous === undefined ? next : mergeContinuation(previous, next)
    if (next.state !== 'suspended') {
      this.#suspended = undefined
      return { done: true, response }
    }
    this.#suspended = response
    const delayMs = this.#model.continuationDelayMs?.(response)
    this.#count(delayMs !== undefined)
    return { done: false, response, delayMs }
  }

  /** Ends the provider's job after an error or a cancellation. Its own failure must not hide the first one. */
  async abandon(): Promise<void> {
    const suspended = this.#suspended
    this.#suspended = undefined
    if (suspended === undefined) return
    try {
      await this.#model.cancelSuspendedResponse?.(suspended)
    } catch {
      // nobody waits for the job any more, whatever becomes of it
    }
  }

  #count(isPoll: boolean): void {
    if (isPoll) this.#polled += 1
    else this.#resumed += 1
    if (this.#resumed > maxContinuations || this.#polled > maxBackgroundPolls) {
      const times = isPoll ? `${maxBackgroundPolls} polls` : `${maxContinuations} continuations`
      throw new UnexpectedModelBehavior(`The model \`${this.#model.modelName}\` is still suspended after ${times}.`)
    }
  }
}

export interface ContinuationRequest {
  readonly model: Model
  /** Asks the model; `suspended`: the response to resume, to be sent as the last message. */
  readonly request: (suspended: ModelResponse | undefined) => Promise<ModelResponse>
  /** A response of the history that is to be resumed. */
  readonly suspended?: ModelResponse
  readonly signal: AbortSignal
  /** @throws the signal's reason when it is aborted first */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Asks until the answer is whole: one request for a model that does not pause.
 *  On an error or a cancellation the provider's job is ended. */
export async function requestWithContinuation(options: ContinuationRequest): Promise<ModelResponse> {
  const { model, request, suspended, signal, sleep } = options
  const continuation = new Continuation(model, suspended)
  try {
    for (;;) {
      const step = continuation.take(await request(continuation.suspended))
      if (step.done) return step.response
      if (step.delayMs !== undefined) await sleep(step.delayMs, signal)
    }
  } catch (error) {
    await continuation.abandon()
    throw error
  }
}
