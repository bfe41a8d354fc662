import { AgentError } from '../../errors/agent-error.ts'
import { StreamInterrupted } from '../../errors/model-error.ts'
import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { ModelCall, StreamedResponse } from '../model.ts'
import type { PartsManager } from '../parts-manager.ts'
import { streamedResponse, type ResponseFacts } from '../streamed-response.ts'
import { mapError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { OpenAIProfile } from './facts.ts'
import type { OpenAIHost } from './host.ts'

/** Turns the events of one API into parts. */
export interface EventReader<T> {
  /** The events to pass on for one event of the API. */
  read(event: T): Iterable<ModelEvent | undefined>
  /** Called at the end of the stream: what is left to say. */
  finish?(): Iterable<ModelEvent | undefined>
  /** The model has said that it is done: without that, an end is not an end. */
  readonly isDone: boolean
}

export interface OpenStreamOptions<T> {
  readonly call: ModelCall
  readonly modelName: string
  readonly host: OpenAIHost
  readonly profile: OpenAIProfile
  readonly exchange: Exchange
  /** Sends the request. */
  readonly send: (signal: AbortSignal) => Promise<AsyncIterable<T>>
  readonly reader: (parts: PartsManager, facts: ResponseFacts) => EventReader<T>
  /** Throws when the first event says that there will be no answer. */
  readonly checkFirst?: (event: T) => void
  /** For an API that has the thinking of some models in its text. */
  readonly thinkingTags?: readonly [open: string, close: string]
}

/** Opens a streamed answer. It ends in one of three ways: complete, with an error, or cancelled; never silently early. */
export async function openStream<T>(options: OpenStreamOptions<T>): Promise<StreamedResponse> {
  const { exchange, modelName, host } = options
  // the first event is read here, so that a refusal at the very start is an error of the request and not of the stream
  const [first, rest] = await exchange.begin(async signal => {
    const iterator = (await options.send(signal))[Symbol.asyncIterator]()
    const step = await iterator.next()
    if (step.done === true) throw new UnexpectedModelBehavior(`\`${modelName}\` ended its stream before it began.`)
    options.checkFirst?.(step.value)
    return [step, iterator] as const
  })
  exchange.deadlines.begun()
  const stream = streamedResponse({
    modelName,
    providerName: host.name,
    ...(host.providerUrl !== undefined && { providerUrl: host.providerUrl }),
    parameters: options.call.parameters,
    controller: exchange.deadlines,
    ignoreLeadingWhitespace: options.profile.ignoreStreamedLeadingWhitespace,
    ...(options.thinkingTags !== undefined && { thinkingTags: options.thinkingTags }),
    read: (parts, facts) =>
      readStream({ first, rest, exchange, reader: options.reader(parts, facts), response: () => stream.response() }),
  })
  return stream
}

interface ReadOptions<T> {
  readonly first: IteratorResult<T>
  readonly rest: AsyncIterator<T>
  readonly exchange: Exchange
  readonly reader: EventReader<T>
  readonly response: () => ModelResponse
}

async function* readStream<T>(options: ReadOptions<T>): AsyncGenerator<ModelEvent | undefined, void, undefined> {
  const { exchange, rest, reader } = options
  const { deadlines } = exchange
  let isDone = false
  try {
    let step = options.first
    while (step.done !== true) {
      yield* reader.read(step.value)
      deadlines.waiting()
      step = await rest.next()
      deadlines.received()
    }
    // the SDK takes an abort for the end
    deadlines.signal.throwIfAborted()
    if (!reader.isDone) throw new Error('the connection ended before the model said that it had finished')
    if (reader.finish !== undefined) yield* reader.finish()
    isDone = true
  } catch (error) {
    throw interruption(error, options)
  } finally {
    deadlines.release()
    if (!isDone) deadlines.abort(new DOMException('The stream is no longer read.', 'AbortError'))
  }
}

function interruption<T>(error: unknown, { exchange, response }: ReadOptions<T>): unknown {
  const { signal } = exchange.deadlines
  if (signal.aborted) return signal.reason
  if (AgentError.is(error) && error.code === 'unexpected_model_behavior') return error
  const { modelName } = exchange.scope
  const cause = mapError(error, exchange.scope)
  return new StreamInterrupted(`The answer of \`${modelName}\` broke off: ${cause.message}`, {
    cause,
    response: { ...response(), state: 'interrupted' },
    modelName,
  })
}
