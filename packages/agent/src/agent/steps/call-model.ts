import type { ModelRequestContext } from '../../capabilities/capability.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { requestModel, streamModel } from '../../models/call-model.ts'
import { Continuation, mergeContinuation } from '../../models/continuation.ts'
import type { ModelCall, StreamedResponse } from '../../models/model.ts'
import { completedStreamedResponse } from '../../models/streamed-response.ts'
import { addUsage } from '../../usage/add-usage.ts'
import { checkTokens } from '../../usage/check-limits.ts'
import type { Run } from '../run.ts'

/** Performs one model request as a whole, through the effects port. A response the provider suspends is resumed until it is
 *  finished; an error ends the provider's job.
 *  @param suspended the response of an old history that is to be resumed */
export function requestWhole(
  run: Run,
  request: ModelRequestContext,
  suspended?: ModelResponse,
): Promise<ModelResponse> {
  return performOnce(run, request).then(first =>
    suspended === undefined && first.state !== 'suspended' ? first : resumeWhole(run, request, { first, suspended }),
  )
}

interface Resuming {
  readonly first: ModelResponse
  readonly suspended: ModelResponse | undefined
}

async function resumeWhole(
  run: Run,
  request: ModelRequestContext,
  { first, suspended }: Resuming,
): Promise<ModelResponse> {
  const continuation = new Continuation(request.model, suspended)
  try {
    let step = continuation.take(first)
    while (!step.done) {
      await pause(run, step.delayMs)
      step = continuation.take(await performOnce(run, request, step.response))
    }
    return step.response
  } catch (error) {
    await continuation.abandon()
    throw error
  }
}

/** Performs one model request as a stream and passes its events on. However the reading ends, what arrived is in the
 *  history: whole, or as `interrupted`. */
export async function* requestStreamed(
  run: Run,
  request: ModelRequestContext,
  suspended?: ModelResponse,
): AsyncGenerator<ModelEvent, ModelResponse> {
  const first = yield* streamOnce(run, request, { earlier: suspended, isResent: false })
  if (suspended === undefined && first.state !== 'suspended') return first
  const continuation = new Continuation(request.model, suspended)
  try {
    let step = continuation.take(first)
    while (!step.done) {
      await pause(run, step.delayMs)
      const next = yield* streamOnce(run, request, { earlier: step.response, isResent: true })
      step = continuation.take(next)
    }
    return step.response
  } catch (error) {
    await continuation.abandon()
    throw error
  }
}

async function pause(run: Run, delayMs: number | undefined): Promise<void> {
  run.checkCancelled()
  if (delayMs !== undefined) await run.config.effects.sleep(delayMs, run.signal)
}

function performOnce(run: Run, request: ModelRequestContext, resumed?: ModelResponse): Promise<ModelResponse> {
  const { model } = request
  const call = modelCall(run, request, resumed)
  const { effects } = run.config
  return run.orCancelled(
    effects.modelRequest(run.effect(`model-request:${run.step}`), { model, call }, () => requestModel(model, call)),
  )
}

interface StreamPosition {
  /** What came of the same answer before. */
  readonly earlier: ModelResponse | undefined
  /** It is not in the history, so it has to be sent along. */
  readonly isResent: boolean
}

/** One stream. Effects that do not stream perform the request whole and replay it. */
async function* streamOnce(
  run: Run,
  request: ModelRequestContext,
  { earlier, isResent }: StreamPosition,
): AsyncGenerator<ModelEvent, ModelResponse> {
  const resumed = isResent ? earlier : undefined
  const stream = run.config.effects.streams
    ? await openStream(run, request, resumed)
    : completedStreamedResponse(await performOnce(run, request, resumed), request.parameters)
  let finished = false
  run.currentStream = stream
  const stopListening = run.onCancel(() => void stream.cancel())
  try {
    for await (const event of stream) {
      yield event
      run.checkCancelled()
      if (run.hasTokenLimits) checkTokens(addUsage(run.usage, stream.response().usage), run.limits)
    }
    run.checkCancelled()
    finished = true
    return stream.response()
  } finally {
    stopListening()
    if (!finished) await keepInterrupted(run, stream, resumed)
  }
}

/** A stream that opens after the run was cancelled is closed at once. */
function openStream(run: Run, request: ModelRequestContext, resumed?: ModelResponse): Promise<StreamedResponse> {
  const opening = streamModel(request.model, modelCall(run, request, resumed))
  opening.then(stream => (run.signal.aborted ? stream.cancel() : undefined)).catch(() => {})
  return run.orCancelled(opening)
}

function modelCall(run: Run, request: ModelRequestContext, resumed?: ModelResponse): ModelCall {
  const { settings, parameters } = request
  const history = run.wireMessages()
  const messages = resumed === undefined ? history : [...history, resumed]
  return { messages, settings, parameters, signal: run.signal, context: run.context() }
}

async function keepInterrupted(run: Run, stream: StreamedResponse, earlier: ModelResponse | undefined): Promise<void> {
  await stream.cancel()
  const received = stream.response()
  const response = earlier === undefined ? received : mergeContinuation(earlier, received)
  run.usage.requests += 1
  run.usage.add(response.usage)
  if (response.parts.length > 0) run.append({ ...response, state: 'interrupted' })
}
