import { instructionPartsOf } from '../../src/models/instructions.ts'
import type { ModelCall } from '../../src/models/model.ts'
import { compare, isRecord, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { RecordedUnit, WireRecord } from '../provider-case.ts'
import { compareError } from '../wire/errors.ts'
import { readMessages } from '../wire/messages.ts'
import { readParameters, readTool } from '../wire/parameters.ts'
import { plain } from '../wire/plain.ts'
import { readSettings } from '../wire/settings.ts'
import type { UnitCheck, UnitContext } from './http-provider.ts'
import { checkPrepareMessages, noParameters } from './units.ts'

type Select = (body: WireRecord) => unknown

/** What the recorded mapping functions decide is seen in the body of a request that our adapter makes of the same input. */
export const openaiUnits: Readonly<Record<string, UnitCheck>> = {
  prepare_messages: checkPrepareMessages,
  'OpenAIResponsesModel._map_messages': (unit, context) =>
    checkBody(unit, context, callOf(unit.input), body => [body.instructions ?? { $unset: true }, body.input]),
  'OpenAIChatModel._map_messages': (unit, context) =>
    checkBody(unit, context, callOf(unit.input), body => body.messages),
  'OpenAIResponsesModel._map_user_prompt': (unit, context) =>
    checkBody(unit, context, promptCall(unit), body => firstOf(body.input)),
  'OpenAIChatModel._map_user_prompt': (unit, context) =>
    checkBody(unit, context, promptCall(unit), body => firstOf(body.messages)),
  'OpenAIResponsesModel._map_tool_definition': (unit, context) =>
    checkBody(unit, context, toolCall(unit), body => firstOf(body.tools)),
  'OpenAIChatModel._map_tool_definition': (unit, context) =>
    checkBody(unit, context, toolCall(unit), body => firstOf(body.tools)),
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? (list[0] as unknown) : undefined
}

function callOf(input: WireRecord): ModelCall {
  const { messages, model_settings: settings, model_request_parameters: parameters } = input
  const read = readMessages((messages ?? []) as WireRecord[])
  const given = isRecord(parameters) ? readParameters(parameters) : noParameters
  return {
    messages: read,
    settings: readSettings(settings as WireRecord | null),
    parameters: { ...given, instructionParts: instructionPartsOf(given, read) },
  }
}

function promptCall({ input }: RecordedUnit): ModelCall {
  const part = input.part as WireRecord
  return { messages: readMessages([{ kind: 'request', parts: [part] }]), settings: {}, parameters: noParameters }
}

function toolCall({ input }: RecordedUnit): ModelCall {
  const tool = readTool((input.f ?? input.tool_def ?? input.tool) as WireRecord)
  const messages = readMessages([{ kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'Hello' }] }])
  return { messages, settings: {}, parameters: { ...noParameters, functionTools: [tool] } }
}

async function checkBody(
  unit: RecordedUnit,
  { model, stub }: UnitContext,
  call: ModelCall,
  select: Select,
): Promise<readonly Difference[]> {
  stub.play([])
  let error: unknown
  try {
    await model.request(call)
  } catch (thrown) {
    error = thrown
  }
  const body = JSON.parse(stub.seen[0]?.body.toString('utf8') ?? 'null') as WireRecord | null
  if (unit.error) return compareError(unit.error, body === null ? error : body, unit.target)
  if (body === null) throw error
  return compare(
    plain(unit.output),
    select(body),
    { bindings: new Bindings(), jsonStrings: true, wholeNumbers: true },
    unit.target,
  )
}
