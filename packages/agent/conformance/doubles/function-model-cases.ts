import type { ModelResponse } from '../../src/messages/message.ts'
import type { NativeToolCallPart, ToolCallPart } from '../../src/messages/part.ts'
import type { Model } from '../../src/models/model.ts'
import { WrapperModel } from '../../src/models/wrap/wrapper-model.ts'
import type { JsonObject } from '../../src/util/json.ts'
import { FunctionModel, type StreamPiece, type ThinkingPiece } from '../../src/testing/function-model.ts'
import type { ModelRecord, RecordedCall, WireRecord } from '../provider-case.ts'
import { readMessage, readPart } from '../wire/messages.ts'
import { readProfile } from '../wire/profile.ts'
import { readSettings } from '../wire/settings.ts'
import { reviveError } from './revive-error.ts'

/** A function model whose function gives the recorded answer. What is checked is what the model adds to it: preparation,
 *  names, estimated usage, ids, events. */
export function functionModelFor(call: RecordedCall): Model {
  const record = call.model.wrapped ?? call.model
  const model = new FunctionModel({
    ...(call.method === 'request_stream'
      ? { streamFunction: () => streamOf(call) }
      : { function: () => answerOf(call) }),
    modelName: record.model_name,
    profile: readProfile(profileOf(record)),
    ...(record.settings && { settings: readSettings(record.settings) }),
  })
  // a test's own wrapper passes calls on, as the one all wrappers extend
  return call.model.wrapped ? new WrapperModel(model) : model
}

function profileOf(record: ModelRecord): WireRecord {
  return record.profile ?? {}
}

function answerOf(call: RecordedCall): ModelResponse {
  if (call.error) throw reviveError(call.error, call.model)
  const response = readMessage(call.result ?? {}) as ModelResponse
  return isEstimate(response) ? { ...response, usage: noUsage(response) } : response
}

// an estimate counts the overhead of a request first; what a function reports itself is smaller in all recordings
const estimatedOverhead = 50

function isEstimate({ usage }: ModelResponse): boolean {
  return usage.inputTokens >= estimatedOverhead
}

function noUsage({ usage }: ModelResponse): ModelResponse['usage'] {
  return { ...usage, inputTokens: 0, outputTokens: 0, details: {} }
}

async function* streamOf(call: RecordedCall): AsyncGenerator<StreamPiece> {
  for (const event of call.events ?? []) {
    const piece = pieceOf(event)
    if (piece !== undefined) yield piece
  }
  if (call.error && call.error.type !== 'ValueError') throw reviveError(call.error, call.model)
}

/** What the function yielded to cause an event; nothing for the ones the model adds itself. */
function pieceOf(event: WireRecord): StreamPiece | undefined {
  const index = Number(event.index)
  if (event.event_kind === 'part_start') return startPiece(index, event.part as WireRecord)
  if (event.event_kind === 'part_delta') return deltaPiece(index, event.delta as WireRecord)
  return undefined
}

function startPiece(index: number, part: WireRecord): StreamPiece {
  switch (part.part_kind) {
    case 'text':
      return String(part.content)
    case 'thinking':
      return { [index]: thinkingPiece(part.content, part.signature) }
    case 'tool-call': {
      const { toolName, args, toolCallId } = readPart(part) as ToolCallPart
      return {
        [index]: {
          name: toolName,
          args: args as string | JsonObject,
          ...(isGenerated(toolCallId) ? {} : { toolCallId }),
        },
      }
    }
    default:
      return { [index]: readPart(part) as NativeToolCallPart }
  }
}

function deltaPiece(index: number, delta: WireRecord): StreamPiece {
  if (delta.part_delta_kind === 'text') return String(delta.content_delta)
  if (delta.part_delta_kind === 'thinking') {
    return { [index]: thinkingPiece(delta.content_delta, delta.signature_delta) }
  }
  return { [index]: { args: delta.args_delta as string | JsonObject } }
}

function thinkingPiece(thinking: unknown, signature: unknown): ThinkingPiece {
  const text = typeof thinking === 'string' ? thinking : ''
  return typeof signature === 'string' ? { thinking: text, signature } : { thinking: text }
}

function isGenerated(toolCallId: string): boolean {
  return toolCallId.startsWith('pyd_ai_0')
}
