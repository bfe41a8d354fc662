import type { ModelCall } from '../../src/models/model.ts'
import type { CallInput } from '../provider-case.ts'
import { readMessages } from '../wire/messages.ts'
import { readParameters } from '../wire/parameters.ts'
import { readSettings } from '../wire/settings.ts'

/** What a model was given, as ours takes it. */
export function readCall(input: CallInput): ModelCall {
  return {
    messages: readMessages(input.messages),
    settings: readSettings(input.settings),
    parameters: readParameters(input.parameters),
  }
}
