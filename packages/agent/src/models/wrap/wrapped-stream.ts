import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { StreamedResponse } from '../model.ts'

export interface WrappedStreamOptions {
  /** Changes the response that consumers see. */
  readonly response?: (response: ModelResponse) => ModelResponse
  /** Called once, when the stream has ended, failed or been cancelled. */
  readonly onClose?: () => void
}

/** A stream that is read through another: events pass as they are. */
export class WrappedStream implements StreamedResponse, AsyncIterator<ModelEvent> {
  readonly modelName: string
  readonly providerName: string | undefined
  readonly timestamp: string
  readonly #stream: StreamedResponse
  readonly #events: AsyncIterator<ModelEvent>
  readonly #options: WrappedStreamOptions
  #isClosed = false

  constructor(stream: StreamedResponse, options: WrappedStreamOptions) {
    this.modelName = stream.modelName
    this.providerName = stream.providerName
    this.timestamp = stream.timestamp
    this.#stream = stream
    this.#events = stream[Symbol.asyncIterator]()
    this.#options = options
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
    return this
  }

  async next(): Promise<IteratorResult<ModelEvent>> {
    try {
      const step = await this.#events.next()
      if (step.done === true) this.#close()
      return step
    } catch (error) {
      this.#close()
      throw error
    }
  }

  async return(): Promise<IteratorResult<ModelEvent>> {
    await this.cancel()
    return { done: true, value: undefined }
  }

  async cancel(): Promise<void> {
    try {
      await this.#stream.cancel()
    } finally {
      this.#close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel()
  }

  response(): ModelResponse {
    const response = this.#stream.response()
    return this.#options.response?.(response) ?? response
  }

  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#options.onClose?.()
  }
}
