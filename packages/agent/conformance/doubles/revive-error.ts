import { ModelError } from '../../src/errors/model-error.ts'
import { ModelHttpError } from '../../src/errors/model-http-error.ts'
import { UserError } from '../../src/errors/user-error.ts'
import type { ErrorRecord, ModelRecord } from '../provider-case.ts'

/** A recorded error as one of ours; an error of a test's own as a plain one. */
export function reviveError(error: ErrorRecord, model: ModelRecord): Error {
  const modelName = error.model_name ?? model.model_name
  if (error.status_code !== undefined)
    return new ModelHttpError({ modelName, status: error.status_code, body: error.body })
  if (error.type === 'ModelAPIError') return new ModelError(error.message, { modelName })
  return error.type === 'UserError' ? new UserError(error.message) : new Error(error.message)
}
