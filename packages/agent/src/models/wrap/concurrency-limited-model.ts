import type { ModelResponse } from '../../messages/message.ts'
import type { RequestUsage } from '../../usage/usage.ts'
import { ConcurrencyLimiter, type ConcurrencyLimit } from '../concurrency-limiter.ts'
import type { Model, ModelCall, StreamedResponse } from '../model.ts'
import { WrappedStream } from './wrapped-stream.ts'
import { WrapperModel } from './wrapper-model.ts'

/** Limits how many requests a model has at once. A stream holds its slot until it has ended or was left.
 *  Pass one `ConcurrencyLimiter` to several models to limit them together.
 *
 *  @example new ConcurrencyLimitedModel(model, { maxRunning: 5, maxQueued: 100 })
 *  @throws {ConcurrencyLimitExceeded} on a request when the queue is full */
export class ConcurrencyLimitedModel extends WrapperModel {
  readonly limiter: ConcurrencyLimiter

  constructor(wrapped: Model, limit: number | ConcurrencyLimit | ConcurrencyLimiter) {
    super(wrapped)
    this.limiter = limit instanceof ConcurrencyLimiter ? limit : new ConcurrencyLimiter(limit)
  }

  override get countTokens(): ((call: ModelCall) => Promise<RequestUsage>) | undefined {
    const count = super.countTokens
    return count && (call => this.limiter.run(() => count(call), call.signal))
  }

  override request(call: ModelCall): Promise<ModelResponse> {
    return this.limiter.run(() => super.request(call), call.signal)
  }

  override async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const release = await this.limiter.acquire(call.signal)
    try {
      return new WrappedStream(await super.requestStream(call), { onClose: release })
    } catch (error) {
      release()
      throw error
    }
  }
}
