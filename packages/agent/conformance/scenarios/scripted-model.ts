import type { ModelEvent } from '../../src/messages/event.ts'
import type { FinishReason, ModelResponse } from '../../src/messages/message.ts'
import type { ResponsePart } from '../../src/messages/part.ts'
import type { Model, ModelCall, StreamedResponse } from '../../src/models/model.ts'
import { PartsManager } from '../../src/models/parts-manager.ts'
import { resolveProfile, type ModelProfile } from '../../src/models/profile.ts'
import type { ModelSettings } from '../../src/models/settings.ts'
import { streamedResponse, type ResponseFacts } from '../../src/models/streamed-response.ts'
import type { JsonObject } from '../../src/util/json.ts'
import { readPart, readUsage } from '../wire/messages.ts'
import { readProfile } from '../wire/profile.ts'
import { readSettings } from '../wire/settings.ts'
import type { Recorder } from './recorder.ts'
import type { DeltaRecord, ModelScript, ResponseScript } from './scenario.ts'

/** A model that answers with the responses of a script, one per request, and notes what it was asked. */
export class ScriptedModel implements Model {
  readonly modelName = 'scripted'
  readonly system = 'scripted'
  readonly isTestDouble = true
  readonly profile: ModelProfile
  readonly settings: ModelSettings | undefined
  readonly #responses: readonly ResponseScript[]
  readonly #recorder: Recorder
  #next = 0

  constructor(script: ModelScript, recorder: Recorder, promptedOutputTemplate: string | undefined) {
    const deviations = readProfile(script.profile ?? {})
    this.profile = resolveProfile(
      { supportsJsonSchemaOutput: true, supportsJsonObjectOutput: true, promptedOutputTemplate },
      deviations,
    )
    this.settings = script.settings === undefined ? undefined : readSettings(script.settings)
    this.#responses = script.responses
    this.#recorder = recorder
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const script = this.#take(call)
    const parts = new PartsManager()
    const facts = noFacts()
    for (const _ of play(script, parts, facts)) continue
    return {
      kind: 'response',
      parts: parts.parts,
      usage: facts.usage,
      modelName: this.modelName,
      timestamp: new Date().toISOString(),
      ...(facts.finishReason && { finishReason: facts.finishReason }),
      ...(facts.providerDetails && { providerDetails: facts.providerDetails }),
      state: 'complete',
    }
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const script = this.#take(call)
    return streamedResponse({
      modelName: this.modelName,
      parameters: call.parameters,
      async *read(parts, facts) {
        yield* play(script, parts, facts)
      },
    })
  }

  #take(call: ModelCall): ResponseScript {
    this.#recorder.request(call)
    const script = this.#responses[this.#next]
    this.#next += 1
    if (script === undefined) throw new Error('The script has no more responses.')
    if (script.error !== undefined) throw new Error(script.error)
    return script
  }
}

/** Feeds a script to the parts manager; the facts are known after the last part. */
function* play(script: ResponseScript, parts: PartsManager, facts: ResponseFacts): Generator<ModelEvent | undefined> {
  for (const part of script.parts ?? []) yield parts.handlePart(undefined, readPart(part) as ResponsePart)
  for (const delta of script.stream ?? []) yield playDelta(delta, parts)
  if (script.usage !== undefined) facts.usage = readUsage(script.usage)
  if (script.finish_reason !== undefined) facts.finishReason = script.finish_reason as FinishReason
  if (script.provider_details !== undefined) facts.providerDetails = script.provider_details as JsonObject
}

function playDelta(delta: DeltaRecord, parts: PartsManager): ModelEvent | undefined {
  if (delta.error !== undefined) throw new Error(delta.error)
  if (delta.part !== undefined) return parts.handlePart(delta.index, readPart(delta.part) as ResponsePart)
  if (delta.text !== undefined) return parts.handleText(delta.index, { content: delta.text })
  if (delta.tool_call !== undefined) {
    const { name, args, tool_call_id: toolCallId } = delta.tool_call
    return parts.handleToolCall(delta.index, { toolName: name, args: args as string | JsonObject, toolCallId })
  }
  return parts.handleThinking(delta.index, {
    content: delta.thinking,
    signature: delta.signature,
    providerName: delta.provider_name,
  })
}

function noFacts(): ResponseFacts {
  return { usage: readUsage({}) }
}
