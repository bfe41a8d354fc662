import type { ModelResponse } from '../messages/message.ts'
import type { RequestUsage } from '../usage/usage.ts'
import { countTokens as count, requestModel as request, streamModel as stream } from './call-model.ts'
import type { Model, ModelCall, ModelRequestParameters, StreamedResponse } from './model.ts'

/** A call without an agent: only the messages are needed. What is left out asks for text, without tools. */
export interface DirectCall extends Omit<ModelCall, 'settings' | 'parameters'> {
  readonly settings?: ModelCall['settings']
  readonly parameters?: Partial<ModelRequestParameters>
}

const plainText: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

/** Asks a model once, without an agent: no tools are run, nothing is validated or tried again. Settings, schemas and messages
 *  are prepared as for an agent.
 *  @throws as `Model.request` · {UserError} the model cannot serve the call · {ModelRequestsBlocked}
 *
 *  @example
 *  const messages = [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }] as const
 *  responseText(await requestModel(model, { messages })) */
export function requestModel(model: Model, call: DirectCall): Promise<ModelResponse> {
  return request(model, complete(call))
}

/** Opens a streamed answer, as `requestModel` asks for a whole one. Read it to its end, or cancel it. */
export function streamModel(model: Model, call: DirectCall): Promise<StreamedResponse> {
  return stream(model, complete(call))
}

/** Asks the provider how many tokens a call would take.
 *  @throws {UserError} the model cannot count */
export function countTokens(model: Model, call: DirectCall): Promise<RequestUsage> {
  return count(model, complete(call))
}

function complete(call: DirectCall): ModelCall {
  return { ...call, settings: call.settings ?? {}, parameters: { ...plainText, ...call.parameters } }
}
