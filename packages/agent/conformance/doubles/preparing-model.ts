import type { Model, ModelCall, StreamedResponse } from '../../src/models/model.ts'
import type { ModelResponse } from '../../src/messages/message.ts'
import { resolveProfile, type ModelProfile } from '../../src/models/profile.ts'
import type { ModelRecord } from '../provider-case.ts'
import { readProfile } from '../wire/profile.ts'

/** Classes whose API has no way to add tools half-way, whatever the recorded profile of their model says. */
const cannotAddTools: ReadonlySet<string> = new Set(['OpenAIChatModel'])

/** A recorded model of which only its profile matters. */
export class PreparingModel implements Model {
  readonly modelName: string
  readonly system: string
  readonly profile: ModelProfile
  readonly isTestDouble = true

  constructor(record: ModelRecord) {
    this.modelName = record.model_name
    this.system = record.system
    const { tool_addition_mode: addition, ...profile } = record.profile ?? {}
    this.profile = resolveProfile(readProfile(cannotAddTools.has(record.class) ? profile : { ...profile, tool_addition_mode: addition }))
  }

  async request(_call: ModelCall): Promise<ModelResponse> {
    throw new Error('This model only prepares.')
  }

  async requestStream(_call: ModelCall): Promise<StreamedResponse> {
    throw new Error('This model only prepares.')
  }
}
