import type { ModelRequestContext } from '../../capabilities/capability.ts'
import { noHooks } from '../../capabilities/hook-chains.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { requestModel, streamModel } from '../../models/call-model.ts'
import { Continuation, mergeContinuation } from '../../models/continuation.ts'
import type { ModelCall, StreamedResponse } from '../../models/model.ts'
import { completedStreamedResponse } from '../../models/streamed-response.ts'
import { addUsage } from '../../usage/add-usage.ts'
import { checkTokens } from '../../usage/check-limits.ts'
import type { Run } from '../run.ts'
import type { Attempt } from './attempt.ts'

/** What belongs to a request besides its content. */
export interface Asking {
  /** Learns what came of an answer that broke off. */
  readonly attempt: Attempt
  /** The response of an old history that is to be resumed. */
  readonly resume: ModelResponse | undefined
}

/** Performs one model request as a whole, through the effects port. A response the provider suspends is resumed until it is
 *  finished; an error ends the provider's job. */
export function requestWhole(run: Run, request: ModelRequestContext, asking: Asking): Promise<ModelResponse> {
  return performOnce(run, request).then(first =>
    asking.resume === undefined && first.state !== 'suspended' ? first : resumeWhole(run, request, { first, asking }),
  )
}

interface Resuming {
  readonly first: ModelResponse
  readonly asking: Asking
}

async function resumeWhole(
  run: Run,
  request: ModelRequestContext,
  { first, asking: { attempt, resume } }: Resuming,
): Promise<ModelResponse> {
  const continuation = new Continuation(request.model, resume)
  try {
    let step = continuation.take(first)
    while (!step.done) {
      await pause(run, step.delayMs)
      step = continuation.take(await performOnce(run, request, step.response))
    }
    return step.response
  } catch (error) {
    if (continuation.suspended !== undefined) attempt.brokeOff(continuation.suspended)
    await continuation.abandon()
    throw error
  }
}

/** Performs one model request as a stream and passes its events on: one generator for all the streams of an answer, because
 *  every generator costs each event again. However the reading ends, the attempt knows what arrived. */
export async function* requestStreamed(
  run: Run,
  request: ModelRequestContext,
  { attempt, resume }: Asking,
): AsyncGenerator<ModelEvent, ModelResponse> {
  let continuation: Continuation | undefined
  /** The one that is being read, and what came of the same answer before. */
  let reading: StreamedResponse | undefined
  let earlier = resume
  let stopListening = () => {}
  try {
    for (;;) {
      // a response of the history needs not be sent along
      const stream = await openStream(run, request, continuation?.suspended)
      reading = run.currentStream = stream
      stopListening = run.onCancel(() => void stream.cancel())
      // The stream itself stands for its events: who reads the run goes through them and comes back. They are spared all
      // generators on their way, each of which costs every event again.
      if (run.handsOver && run.hooks === noHooks && !run.hasTokenLimits) yield stream as unknown as ModelEvent
      else {
        for await (const event of stream) {
          yield event
          run.checkCancelled()
          if (run.hasTokenLimits) checkTokens(addUsage(run.usage, stream.response().usage), run.limits)
        }
      }
      run.checkCancelled()
      stopListening()
      reading = undefined
      continuation ??= new Continuation(request.model, resume)
      const step = continuation.take(stream.response())
      if (step.done) return step.response
      earlier = step.response
      await pause(run, step.delayMs)
    }
  } finally {
    // also when the reader leaves; of a whole answer nothing is left to keep or to end
    stopListening()
    try {
      const partial = reading === undefined ? continuation?.suspended : await partialOf(reading, earlier)
      if (partial !== undefined) attempt.brokeOff(partial)
    } finally {
      await continuation?.abandon()
    }
  }
}

async function pause(run: Run, delayMs: number | undefined): Promise<void> {
  run.checkCancelled()
  if (delayMs !== undefined) await run.config.effects.sleep(delayMs, run.signal)
}

function performOnce(run: Run, request: ModelRequestContext, resumed?: ModelResponse): Promise<ModelResponse> {
  run.checkCancelled()
  const { model } = request
  const call = modelCall(run, request, resumed)
  const { effects } = run.config
  return run.orCancelled(
    effects.modelRequest(run.effect(`model-request:${run.step}`), { model, call }, () => requestModel(model, call)),
  )
}

/** Effects that do not stream perform the request whole and replay it. */
async function openStream(
  run: Run,
  request: ModelRequestContext,
  resumed: ModelResponse | undefined,
): Promise<StreamedResponse> {
  if (!run.config.effects.streams)
    return completedStreamedResponse(await performOnce(run, request, resumed), request.parameters)
  run.checkCancelled()
  const opening = streamModel(request.model, modelCall(run, request, resumed))
  // a stream that opens after the run was cancelled is closed at once
  opening.then(stream => (run.isCancelled ? stream.cancel() : undefined)).catch(() => {})
  return run.orCancelled(opening)
}

function modelCall(run: Run, request: ModelRequestContext, resumed?: ModelResponse): ModelCall {
  const { settings, parameters } = request
  const history = run.wireMessages()
  const messages = resumed === undefined ? history : [...history, resumed]
  return { messages, settings, parameters, signal: run.signal, context: run.context() }
}

async function partialOf(stream: StreamedResponse, earlier: ModelResponse | undefined): Promise<ModelResponse> {
  await stream.cancel()
  const received = stream.response()
  return earlier === undefined ? received : mergeContinuation(earlier, received)
}
