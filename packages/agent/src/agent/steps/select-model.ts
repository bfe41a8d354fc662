import { UserError } from '../../errors/user-error.ts'
import type { Model } from '../../models/model.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'

/** The model of this step: the agent's, unless a capability names another. */
export async function selectModel(run: Run): Promise<void> {
  for (const capability of run.capabilities) {
    const named = await capability.getModel?.(run.context())
    if (named !== undefined) run.model = await resolveModel(run, named)
  }
}

/** @throws {UserError} there is no model, or no such provider */
export function resolveModel(run: Run, model: Model | string | undefined): MaybePromise<Model> {
  if (model === undefined) {
    throw new UserError('The agent has no model. Set `model` on it, or pass `{ model }` to the run.')
  }
  return typeof model === 'string' ? resolveModelId(run, model) : model
}

async function resolveModelId(run: Run, model: string): Promise<Model> {
  for (const capability of run.capabilities) {
    const resolved = await capability.resolveModelId?.(model, run.context())
    if (resolved !== undefined) return resolved
  }
  return run.config.surroundings.resolveModel(model)
}
