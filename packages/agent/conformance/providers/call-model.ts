import type { ModelEvent } from '../../src/messages/event.ts'
import type { ModelResponse } from '../../src/messages/message.ts'
import { prepareCall } from '../../src/models/prepare.ts'
import type { Model, ModelCall } from '../../src/models/model.ts'
import type { RequestUsage } from '../../src/usage/usage.ts'
import type { RecordedCall } from '../provider-case.ts'
import { NotSupported } from '../report/outcome.ts'

/** What our model made of a call. */
export interface CallDone {
  readonly result?: ModelResponse
  readonly usage?: RequestUsage
  readonly error?: unknown
  readonly events?: readonly ModelEvent[]
}

/** Prepares the call and asks the model, as the loop does, with nothing of the loop around it.
 *  What it throws is part of what it did. */
export async function callModel(model: Model, call: ModelCall, recorded: RecordedCall): Promise<CallDone> {
  const events: ModelEvent[] = []
  try {
    const prepared = model.prepare === undefined ? prepareCall(model, call) : model.prepare(call)
    if (recorded.method === 'request') return { result: await model.request(prepared) }
    if (recorded.method === 'count_tokens') return { usage: await model.countTokens?.(prepared) }
    if (recorded.method === 'request_stream')
      return { events, result: await readStream(model, prepared, recorded, events) }
  } catch (error) {
    return { error, events }
  }
  throw new NotSupported(`no method ${recorded.method}`)
}

async function readStream(
  model: Model,
  call: ModelCall,
  recorded: RecordedCall,
  events: ModelEvent[],
): Promise<ModelResponse> {
  const stream = await model.requestStream(call)
  const wanted = recorded.stream?.exhausted === false ? (recorded.events?.length ?? 0) : Infinity
  for await (const event of stream) {
    events.push(event)
    if (events.length >= wanted) break
  }
  return stream.response()
}
