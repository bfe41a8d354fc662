import { FallbackFailed, ModelError } from '../../errors/model-error.ts'
import { ResponseRejected } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { ModelMessage, ModelResponse } from '../../messages/message.ts'
import { addCosts } from '../../usage/add-usage.ts'
import type { MaybePromise } from '../../util/json.ts'
import { requestModel, streamModel } from '../call-model.ts'
import { continuationPins, withContinuationPins } from '../continuation.ts'
import type { Model, ModelCall, StreamedResponse } from '../model.ts'
import type { ModelProfile } from '../profile.ts'
import { WrappedStream } from './wrapped-stream.ts'

export interface FallbackOn {
  /** Whether the next model is asked after this error. Default: for every `ModelError`; other errors end the request. */
  readonly error?: (error: unknown) => MaybePromise<boolean>
  /** Whether a response is refused, so that the next model is asked. Not for streams: what was shown cannot be taken back. */
  readonly response?: (response: ModelResponse) => MaybePromise<boolean>
}

export interface FallbackModelOptions {
  readonly fallbackOn?: FallbackOn
}

/** Asks one model after the other until one answers. Each prepares the call for itself, with its own settings.
 *  A stream falls back only while it is being opened; an error behind its first event is the run's.
 *
 *  A model that pauses goes on alone; should it then fail, its job is ended and all models are asked from the start.
 *
 *  @example
 *  new FallbackModel([sonnet, nova], {
 *    fallbackOn: { response: response => response.finishReason === 'content_filter' },
 *  })
 *  @throws {FallbackFailed} with the error of each model; a refused response is a `ResponseRejected` */
export class FallbackModel implements Model {
  readonly models: readonly [Model, ...Model[]]
  readonly modelName: string
  readonly system: string
  readonly baseUrl: string | undefined
  /** Each model is asked itself whether requests are allowed. */
  readonly isTestDouble = true
  readonly #error: NonNullable<FallbackOn['error']>
  readonly #refuse: FallbackOn['response']

  /** @throws {UserError} without a model */
  constructor(models: readonly Model[], { fallbackOn = {} }: FallbackModelOptions = {}) {
    const [first, ...others] = models
    if (first === undefined) throw new UserError('A FallbackModel needs at least one model.')
    this.models = [first, ...others]
    this.modelName = `fallback:${models.map(model => model.modelName).join(',')}`
    this.system = `fallback:${models.map(model => model.system).join(',')}`
    this.baseUrl = first.baseUrl
    this.#error = fallbackOn.error ?? (error => ModelError.is(error))
    this.#refuse = fallbackOn.response
  }

  /** That of the first model: what is asked of it before a request suits the model that answers most. */
  get profile(): ModelProfile {
    return this.models[0].profile
  }

  /** Unchanged: the model that is asked prepares the call. */
  prepare(call: ModelCall): ModelCall {
    return call
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const { answer, model, restarted } = await this.#ask(call, {
      ask: requestModel,
      refuse: this.#refuse,
    })
    return pin(answer, model, restarted)
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const { answer, model, restarted } = await this.#ask(call, { ask: streamModel })
    return new WrappedStream(answer, { response: response => pin(response, model, restarted) })
  }

  continuationDelayMs(response: ModelResponse): number | undefined {
    return this.#pinned(response)?.continuationDelayMs?.(response)
  }

  async cancelSuspendedResponse(response: ModelResponse): Promise<void> {
    await this.#pinned(response)?.cancelSuspendedResponse?.(response)
  }

  async #ask<T extends ModelResponse | StreamedResponse>(
    call: ModelCall,
    how: Asking<T>,
  ): Promise<{ answer: T; model: Model; restarted: boolean }> {
    const suspended = lastResponse(call.messages)
    const model = suspended?.state === 'suspended' ? this.#pinned(suspended) : undefined
    if (suspended === undefined || model === undefined) return { ...(await this.#askAll(call, how)), restarted: false }

    try {
      return { answer: await how.ask(model, call), model, restarted: false }
    } catch (error) {
      if (!(await this.#fallsBack(error, call))) throw error
    }
    await model.cancelSuspendedResponse?.(suspended).catch(() => undefined)
    const messages = call.messages.filter(message => message !== suspended)
    return { ...(await this.#askAll({ ...call, messages }, how)), restarted: true }
  }

  async #askAll<T extends ModelResponse | StreamedResponse>(
    call: ModelCall,
    { ask, refuse }: Asking<T>,
  ): Promise<{ answer: T; model: Model }> {
    const errors: unknown[] = []
    let refusedCost: string | undefined
    for (const model of this.models) {
      try {
        const answer = await ask(model, call)
        if (refuse === undefined || !isResponse(answer)) return { answer, model }
        if (!(await refuse(answer))) return { answer: withCost(answer, refusedCost) as typeof answer, model }
        refusedCost = addCosts(refusedCost, answer.usage.cost)
        errors.push(new ResponseRejected(answer))
      } catch (error) {
        if (!(await this.#fallsBack(error, call))) throw error
        errors.push(error)
      }
    }
    throw new FallbackFailed(errors, { modelName: this.modelName })
  }

  /** After a cancellation nobody waits for another model. */
  async #fallsBack(error: unknown, { signal }: ModelCall): Promise<boolean> {
    return signal?.aborted !== true && (await this.#error(error))
  }

  #pinned(response: ModelResponse): Model | undefined {
    const id = continuationPins(response).fallbackModelId
    return id === undefined ? undefined : this.models.find(model => idOf(model) === id)
  }
}

interface Asking<T> {
  readonly ask: (model: Model, call: ModelCall) => Promise<T>
  readonly refuse?: FallbackOn['response']
}

function idOf(model: Model): string {
  return `${model.system}:${model.modelName}`
}

function isResponse(answer: ModelResponse | StreamedResponse): answer is ModelResponse {
  return 'kind' in answer
}

function lastResponse(messages: readonly ModelMessage[]): ModelResponse | undefined {
  return messages.findLast((message): message is ModelResponse => message.kind === 'response')
}

/** Refused responses were paid for too. */
function withCost(response: ModelResponse, cost: string | undefined): ModelResponse {
  if (cost === undefined) return response
  return { ...response, usage: { ...response.usage, cost: addCosts(response.usage.cost, cost) } }
}

function pin(response: ModelResponse, model: Model, restarted: boolean): ModelResponse {
  const isSuspended = response.state === 'suspended'
  if (!isSuspended && !restarted) return response
  return withContinuationPins(response, {
    ...(isSuspended && { fallbackModelId: idOf(model) }),
    ...(restarted && { replacePreviousResponse: true }),
  })
}
