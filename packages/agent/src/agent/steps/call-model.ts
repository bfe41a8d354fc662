import type { ModelRequestContext } from '../../capabilities/capability.ts'
import type { ModelEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { requestModel, streamModel } from '../../models/call-model.ts'
import type { ModelCall, StreamedResponse } from '../../models/model.ts'
import { completedStreamedResponse } from '../../models/streamed-response.ts'
import { addUsage } from '../../usage/add-usage.ts'
import { checkTokens } from '../../usage/check-limits.ts'
import type { Run } from '../run.ts'

/** Performs one model request through the effects port: whole, or as a stream whose events are passed on. */
export async function* callModel(run: Run, request: ModelRequestContext): AsyncGenerator<ModelEvent, ModelResponse> {
  const { model } = request
  const call: ModelCall = {
    messages: run.wireMessages(),
    settings: request.settings,
    parameters: request.parameters,
    signal: run.signal,
    context: run.context(),
  }
  const { effects } = run.config
  const whole = () =>
    effects.modelRequest(run.effect(`model-request:${run.step}`), { model, call }, () => requestModel(model, call))
  if (!request.streaming) return whole()
  const stream = effects.streams
    ? await streamModel(model, call)
    : completedStreamedResponse(await whole(), request.parameters)
  return yield* readStream(run, stream)
}

/** Passes the events on. However the reading ends, what arrived is in the history: whole, or as `interrupted`. */
async function* readStream(run: Run, stream: StreamedResponse): AsyncGenerator<ModelEvent, ModelResponse> {
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
    if (!finished) {
      await stream.cancel()
      keepInterrupted(run, stream.response())
    }
  }
}

function keepInterrupted(run: Run, response: ModelResponse): void {
  run.usage.requests += 1
  run.usage.add(response.usage)
  if (response.parts.length > 0) run.append({ ...response, state: 'interrupted' })
}
