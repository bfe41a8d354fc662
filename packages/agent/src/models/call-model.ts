import { UserError } from '../errors/user-error.ts'
import type { ModelResponse } from '../messages/message.ts'
import type { RequestUsage } from '../usage/usage.ts'
import type { Model, ModelCall, StreamedResponse } from './model.ts'
import { prepareCall } from './prepare.ts'
import { checkModelRequestAllowed } from './request-switch.ts'
import { markToolKinds } from './tool-kinds.ts'

/** Sends one request. The one way the library calls a model: refuses real ones while they are switched off, prepares the call
 *  (settings, schemas, output mode, messages), then asks. Hand it what you were given, never a prepared call.
 *  @throws as `Model.request`, `UserError` for a call the model cannot serve, `ModelRequestsBlocked` */
export async function requestModel(model: Model, call: ModelCall): Promise<ModelResponse> {
  const prepared = prepareFor(model, call)
  return markToolKinds(await model.request(prepared), prepared.parameters)
}

/** Opens a streamed answer, as `requestModel` sends a request. */
export async function streamModel(model: Model, call: ModelCall): Promise<StreamedResponse> {
  return model.requestStream(prepareFor(model, call))
}

/** @throws {UserError} when the model cannot count */
export async function countTokens(model: Model, call: ModelCall): Promise<RequestUsage> {
  if (model.countTokens === undefined) {
    throw new UserError(
      `The model \`${model.modelName}\` cannot count tokens before a request. Leave \`countTokensBeforeRequest\` out for it.`,
    )
  }
  return model.countTokens(prepareFor(model, call))
}

function prepareFor(model: Model, call: ModelCall): ModelCall {
  checkModelRequestAllowed(model)
  return model.prepare === undefined ? prepareCall(model, call) : model.prepare(call)
}
