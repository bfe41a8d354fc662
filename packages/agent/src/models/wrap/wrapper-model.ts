import type { ModelResponse } from '../../messages/message.ts'
import type { RequestUsage } from '../../usage/usage.ts'
import { countTokens, requestModel, streamModel } from '../call-model.ts'
import type { Model, ModelCall, StreamedResponse } from '../model.ts'
import type { ModelProfile } from '../profile.ts'
import type { ModelSettings } from '../settings.ts'

/** Passes everything on to another model. Extend it and override what is to be different.
 *
 *  @example
 *  class LoggingModel extends WrapperModel {
 *    override async request(call: ModelCall) {
 *      console.log(`asking ${this.modelName}`)
 *      return super.request(call)
 *    }
 *  } */
export class WrapperModel implements Model {
  readonly wrapped: Model
  /** The wrapped model is asked itself whether requests are allowed. */
  readonly isTestDouble = true

  constructor(wrapped: Model) {
    this.wrapped = wrapped
  }

  get modelName(): string {
    return this.wrapped.modelName
  }

  get system(): string {
    return this.wrapped.system
  }

  get baseUrl(): string | undefined {
    return this.wrapped.baseUrl
  }

  get profile(): ModelProfile {
    return this.wrapped.profile
  }

  get settings(): ModelSettings | undefined {
    return this.wrapped.settings
  }

  /** Unchanged: the wrapped model prepares the call. */
  prepare(call: ModelCall): ModelCall {
    return call
  }

  request(call: ModelCall): Promise<ModelResponse> {
    return requestModel(this.wrapped, call)
  }

  requestStream(call: ModelCall): Promise<StreamedResponse> {
    return streamModel(this.wrapped, call)
  }

  /** `undefined` when the wrapped model cannot count. */
  get countTokens(): ((call: ModelCall) => Promise<RequestUsage>) | undefined {
    const { wrapped } = this
    return wrapped.countTokens === undefined ? undefined : call => countTokens(wrapped, call)
  }

  continuationDelayMs(response: ModelResponse): number | undefined {
    return this.wrapped.continuationDelayMs?.(response)
  }

  async cancelSuspendedResponse(response: ModelResponse): Promise<void> {
    await this.wrapped.cancelSuspendedResponse?.(response)
  }
}
