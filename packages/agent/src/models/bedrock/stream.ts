import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { AgentError } from '../../errors/agent-error.ts'
import { StreamInterrupted } from '../../errors/model-error.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { ModelRequestParameters, StreamedResponse } from '../model.ts'
import type { PartsManager } from '../parts-manager.ts'
import { streamedResponse, type ResponseFacts } from '../streamed-response.ts'
import type { Deadlines } from '../deadlines.ts'
import { mapError, type ErrorScope } from './errors.ts'
import { StreamAssembler } from './stream-assembler.ts'
import { toolNamesOf } from './tool-names.ts'

export interface BedrockStreamOptions {
  readonly modelName: string
  readonly system: string
  readonly baseUrl?: string
  readonly requestId?: string
  readonly parameters: ModelRequestParameters
  readonly ignoreLeadingWhitespace: boolean
  readonly deadlines: Deadlines
  /** Read already, so that a refusal at the very start is an error of the request and not of the stream. */
  readonly first: IteratorResult<ConverseStreamOutput>
  readonly rest: AsyncIterator<ConverseStreamOutput>
}

/** A streamed answer of Bedrock. It ends in one of three ways: complete, with an error, or cancelled; never silently early. */
export class BedrockStreamedResponse implements StreamedResponse {
  readonly modelName: string
  readonly providerName: string
  readonly timestamp: string
  readonly #inner: StreamedResponse

  constructor(options: BedrockStreamOptions) {
    const timestamp = new Date().toISOString()
    this.modelName = options.modelName
    this.providerName = options.system
    this.timestamp = timestamp
    this.#inner = streamedResponse({
      modelName: options.modelName,
      providerName: options.system,
      providerUrl: options.baseUrl,
      timestamp,
      parameters: options.parameters,
      controller: options.deadlines,
      ignoreLeadingWhitespace: options.ignoreLeadingWhitespace,
      read: (parts, facts) => this.#read(parts, facts, options),
    })
  }

  [Symbol.asyncIterator](): AsyncIterator<ModelEvent> {
    return this.#inner[Symbol.asyncIterator]()
  }

  response(): ModelResponse {
    return this.#inner.response()
  }

  cancel(): Promise<void> {
    return this.#inner.cancel()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  async *#read(
    parts: PartsManager,
    facts: ResponseFacts,
    options: BedrockStreamOptions,
  ): AsyncGenerator<ModelEvent | undefined, void, undefined> {
    const { deadlines, rest, system } = options
    const assembler = new StreamAssembler(parts, facts, {
      system,
      timestamp: this.timestamp,
      names: toolNamesOf(options.parameters),
    })
    facts.providerResponseId = options.requestId
    let isDone = false
    try {
      let step = options.first
      while (!step.done) {
        const event = assembler.handle(step.value)
        if (event !== undefined) yield event
        deadlines.waiting()
        step = await rest.next()
        deadlines.received()
      }
      // over HTTP/2 the SDK takes an abort, or a lost session, for the end
      deadlines.signal.throwIfAborted()
      if (!assembler.isStopped) throw new Error('the connection ended before the model said that it had finished')
      isDone = true
    } catch (error) {
      throw this.#interrupted(error, options)
    } finally {
      deadlines.release()
      if (!isDone) deadlines.abort(new DOMException('The stream is no longer read.', 'AbortError'))
    }
  }

  #interrupted(error: unknown, options: BedrockStreamOptions): unknown {
    const { signal } = options.deadlines
    if (signal.aborted) return signal.reason
    if (AgentError.is(error)) return error
    const scope: ErrorScope = { modelName: this.modelName, baseUrl: options.baseUrl }
    const cause = mapError(error, scope)
    const response: ModelResponse = { ...this.response(), state: 'interrupted' }
    return new StreamInterrupted(`The answer of \`${this.modelName}\` broke off: ${cause.message}`, {
      cause,
      response,
      modelName: this.modelName,
    })
  }
}
