import type { ModelCall, Model } from '../../src/models/model.ts'
import { compare, isRecord, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { RecordedResponse, RecordedUnit, WireRecord } from '../provider-case.ts'
import { NotSupported } from '../report/outcome.ts'
import type { HttpStub } from '../traffic/http-stub.ts'
import { compareError } from '../wire/errors.ts'
import { readMessages } from '../wire/messages.ts'
import { readParameters, readTool } from '../wire/parameters.ts'
import { plain } from '../wire/plain.ts'
import { readSettings } from '../wire/settings.ts'
import type { UnitCheck, UnitContext } from './http-provider.ts'
import { checkPrepareMessages, noParameters } from './units.ts'

/** The recorded mapping functions are private to another code base. What they decide is seen in the body of a request:
 *  each unit becomes a request whose body has to hold the recorded output. */
export const bedrockUnits: Readonly<Record<string, UnitCheck>> = {
  prepare_messages: checkPrepareMessages,
  'BedrockConverseModel._map_messages': (unit, context) =>
    checkBody(unit, context, readUnitCall(unit.input), body => [body.system ?? [], body.messages ?? []]),
  'BedrockConverseModel._map_tool_config': (unit, context) =>
    checkBody(unit, context, { ...readUnitCall(unit.input), messages: hello }, body => body.toolConfig ?? null),
  'BedrockConverseModel._map_tool_definition': (unit, context) => {
    const functionTools = [readTool(unit.input.f as WireRecord)]
    return checkBody(
      unit,
      context,
      { messages: hello, settings: {}, parameters: { ...noParameters, functionTools } },
      firstTool,
    )
  },
  'BedrockConverseModel._map_user_prompt': checkUserPrompt,
}

const hello = readMessages([{ kind: 'request', parts: [{ part_kind: 'user-prompt', content: 'Hello' }] }])

function firstTool(body: WireRecord): unknown {
  const { toolConfig } = body
  return isRecord(toolConfig) && Array.isArray(toolConfig.tools) ? toolConfig.tools[0] : undefined
}

/** A prompt in the middle of a conversation is checked with the whole conversation, which the same case records. */
async function checkUserPrompt(unit: RecordedUnit, context: UnitContext): Promise<readonly Difference[]> {
  const prior = unit.input.prior_messages
  const isFirst = Array.isArray(prior) && prior.length === 0
  if (!isFirst) {
    if (context.siblings.some(({ target }) => target.endsWith('._map_messages'))) return []
    throw new NotSupported('a user prompt whose conversation was not recorded')
  }
  const messages = readMessages([{ kind: 'request', parts: [unit.input.part as WireRecord] }])
  const caching = unit.input.supports_prompt_caching
  if (caching !== true && caching !== false) throw new NotSupported('a user prompt without its model')
  return checkBody(unit, context, { messages, settings: {}, parameters: noParameters }, body => body.messages)
}

async function checkBody(
  unit: RecordedUnit,
  { model, stub }: UnitContext,
  call: ModelCall,
  select: (body: WireRecord) => unknown,
): Promise<readonly Difference[]> {
  const { error, body } = await sentBody(model, stub, call)
  if (unit.error) return compareError(unit.error, error ?? body, unit.target)
  if (body === undefined) throw error
  // a request may hold four cache points; the recorded function ran before the surplus is taken out
  const strip = countCachePoints(unit.output) > 4 ? withoutCachePoints : (value: unknown) => value
  return compare(
    strip(plain(unit.output)),
    strip(select(body)),
    { bindings: new Bindings(), jsonStrings: true },
    unit.target,
  )
}

async function sentBody(
  model: Model,
  stub: HttpStub,
  call: ModelCall,
): Promise<{ error?: unknown; body?: WireRecord }> {
  stub.play([someAnswer])
  try {
    await model.request(call)
  } catch (error) {
    if (stub.seen.length === 0) return { error }
  }
  return { body: JSON.parse(stub.seen[0]?.body.toString('utf8') ?? 'null') as WireRecord }
}

function readUnitCall(input: WireRecord): ModelCall {
  return {
    messages: Array.isArray(input.messages) ? readMessages(input.messages as WireRecord[]) : hello,
    settings: readSettings(input.model_settings as WireRecord | null),
    parameters: readParameters(input.model_request_parameters as WireRecord),
  }
}

const someAnswer: RecordedResponse = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: {
    json: {
      metrics: { latencyMs: 1 },
      output: { message: { role: 'assistant', content: [{ text: 'ok' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    },
  },
}

function countCachePoints(value: unknown): number {
  return JSON.stringify(value ?? null).split('"cachePoint":').length - 1
}

function withoutCachePoints(value: unknown): unknown {
  if (Array.isArray(value))
    return value.filter(item => !(isRecord(item) && 'cachePoint' in item)).map(withoutCachePoints)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutCachePoints(item)]))
}
