import type { Model, ModelCall, StreamedResponse } from '../../src/models/model.ts'
import type { ModelResponse } from '../../src/messages/message.ts'
import type { ModelProfile } from '../../src/models/profile.ts'
import type { ModelRecord } from '../provider-case.ts'
import { recordedProfile } from './recorded-profile.ts'

/** A recorded model of which only its profile matters. */
export class PreparingModel implements Model {
  readonly modelName: string
  readonly system: string
  readonly profile: ModelProfile
  readonly isTestDouble = true

  constructor(record: ModelRecord) {
    this.modelName = record.model_name
    this.system = record.system
    this.profile = recordedProfile(record)
  }

  async request(_call: ModelCall): Promise<ModelResponse> {
    throw new Error('This model only prepares.')
  }

  async requestStream(_call: ModelCall): Promise<StreamedResponse> {
    throw new Error('This model only prepares.')
  }
}
