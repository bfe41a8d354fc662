import type { ModelRequestContext } from '../../capabilities/capability.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { requestModel, streamModel } from '../../models/call-model.ts'
import type { ModelCall, StreamedResponse } from '../../models/model.ts'
import { completedStreamedResponse } from '../../models/streamed-response.ts'
import { addUsage } from '../../usage/add-usage.ts'
import { checkTokens } from '../../usage/check-limits.ts'
import type { Run } from '../run.ts'

/** Performs one model request as a whole, through the effects port. */
export function requestWhole(run: Run, request: ModelRequestContext): Promise<ModelResponse> {
  const { model } = request
  const call = modelCall(run, request)
  return run.config.effects.modelRequest(run.effect(`model-request:${run.step}`), { model, call }, () =>
    requestModel(model, call),
  )
}

/** Performs one model request as a stream and passes its events on. However the reading ends, what arrived is in the
 *  history: whole, or as `interrupted`. Effects that do not stream perform it whole and replay it. */
export async function* requestStreamed(
  run: Run,
  request: ModelRequestContext,
): AsyncGenerator<ModelEvent, ModelResponse> {
  const stream = run.config.effects.streams
    ? await streamModel(request.model, modelCall(run, request))
    : completedStreamedResponse(await requestWhole(run, request), request.parameters)
  let finished = false
  run.currentStream = stream
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
    if (!finished) await keepInterrupted(run, stream)
  }
}

function modelCall(run: Run, request: ModelRequestContext): ModelCall {
  const { settings, parameters } = request
  return { messages: run.wireMessages(), settings, parameters, signal: run.signal, context: run.context() }
}

async function keepInterrupted(run: Run, stream: StreamedResponse): Promise<void> {
  await stream.cancel()
  const response = stream.response()
  run.usage.requests += 1
  run.usage.add(response.usage)
  if (response.parts.length > 0) run.append({ ...response, state: 'interrupted' })
}
