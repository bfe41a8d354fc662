import type { ModelEvent } from '../../src/messages/event.ts'
import type { ModelResponse } from '../../src/messages/message.ts'
import type { Model, ModelCall, StreamedResponse } from '../../src/models/model.ts'
import { prepareMessages } from '../../src/models/prepare-messages.ts'
import type { ModelProfile } from '../../src/models/profile.ts'
import type { ModelSettings } from '../../src/models/settings.ts'
import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { ModelRecord, RecordedCall } from '../provider-case.ts'
import { readEvent } from '../wire/events.ts'
import { readMessage, writeMessages } from '../wire/messages.ts'
import { withoutTimes } from '../wire/plain.ts'
import { readSettings, writeSettings } from '../wire/settings.ts'
import { recordedProfile } from './recorded-profile.ts'
import { reviveError } from './revive-error.ts'

/** A member of a wrapper: answers with what was recorded of it, and notes where it was asked otherwise than recorded. */
export class ChildModel implements Model {
  readonly modelName: string
  readonly system: string
  readonly isTestDouble = true
  readonly profile: ModelProfile
  readonly settings: ModelSettings | undefined
  readonly differences: Difference[] = []
  readonly #calls: RecordedCall[]

  /** @param calls what is still to be asked of this member; shared by members of one name */
  constructor(record: ModelRecord, calls: RecordedCall[]) {
    this.modelName = record.model_name
    this.system = record.system
    this.profile = recordedProfile(record)
    this.settings = record.settings === null ? undefined : readSettings(record.settings)
    this.#calls = calls
  }

  /** The recording holds the messages as this model can express them, and settings and parameters as they came. */
  prepare(call: ModelCall): ModelCall {
    return { ...call, messages: prepareMessages(this, call.messages, call.parameters) }
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const recorded = this.#take(call, 'request')
    if (recorded.error) throw reviveError(recorded.error, recorded.model)
    return this.#result(recorded)
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const recorded = this.#take(call, 'request_stream')
    const events = (recorded.events ?? []).map(event => readEvent(event))
    if (recorded.error && events.length === 0) throw reviveError(recorded.error, recorded.model)
    return replay(this, recorded, events, recorded.error ? undefined : this.#result(recorded))
  }

  /** What was recorded and never asked for. */
  unasked(): readonly RecordedCall[] {
    return this.#calls
  }

  #take(call: ModelCall, method: string): RecordedCall {
    const recorded = this.#calls.shift()
    if (recorded === undefined) throw new Error(`${this.modelName} was asked more often than recorded.`)
    const options = { bindings: new Bindings(), nullIsAbsent: true }
    const place = `call ${recorded.id}.input`
    this.differences.push(
      ...compare(recorded.method, method, options, `call ${recorded.id}.method`),
      ...compare(
        withoutTimes(recorded.input.messages),
        withoutTimes(writeMessages(call.messages)),
        options,
        `${place}.messages`,
      ),
      ...compare(recorded.input.settings ?? {}, writeSettings(call.settings), options, `${place}.settings`),
    )
    return recorded
  }

  #result(recorded: RecordedCall): ModelResponse {
    return readMessage(recorded.result ?? {}) as ModelResponse
  }
}

function replay(
  model: Model,
  recorded: RecordedCall,
  events: readonly ModelEvent[],
  result: ModelResponse | undefined,
): StreamedResponse {
  const response = result ?? emptyResponse(model)
  return {
    modelName: model.modelName,
    providerName: model.system,
    timestamp: response.timestamp ?? new Date().toISOString(),
    response: () => response,
    cancel: async () => {},
    async *[Symbol.asyncIterator]() {
      yield* events
      if (recorded.error) throw reviveError(recorded.error, recorded.model)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function emptyResponse(model: Model): ModelResponse {
  return readMessage({ kind: 'response', parts: [], model_name: model.modelName, state: 'incomplete' }) as ModelResponse
}
