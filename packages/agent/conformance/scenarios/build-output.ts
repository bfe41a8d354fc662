import { deferredToolRequests } from '../../src/output/deferred-output.ts'
import { imageOutput } from '../../src/output/image-output.ts'
import { named } from '../../src/output/named-output.ts'
import { nativeOutput } from '../../src/output/native-output.ts'
import { outputFunction } from '../../src/output/output-function.ts'
import type { OutputEntry } from '../../src/output/output-spec.ts'
import { outputTool } from '../../src/output/output-tool.ts'
import { promptedOutput } from '../../src/output/prompted-output.ts'
import { text, textOutput } from '../../src/output/text-output.ts'
import type { RunContext } from '../../src/tools/run-context.ts'
import type { JsonSchema } from '../../src/util/json.ts'
import { act, type Arguments } from './behaviour.ts'
import type { OutputNames } from './output-names.ts'
import type { BehaviourEntry, OutputRecord, OutputTypeRecord } from './scenario.ts'
import { ScriptCursor } from './script-cursor.ts'
import { looseSchema, typedSchema } from './typed-schema.ts'

/** A recorded output as the entries `agent({ output })` takes. */
export function buildOutput(record: OutputRecord | undefined, names: OutputNames): OutputEntry[] {
  if (record === undefined) return [text]
  const entries = (record.types ?? []).map(type => buildType(type, record.mode, names))
  const { name, description, template } = record.marker ?? {}
  return [
    ...(record.kind === 'text' || record.text === true ? [text] : []),
    ...(record.mode === 'native'
      ? [nativeOutput(entries, { name, description, template })]
      : record.mode === 'prompted'
        ? [promptedOutput(entries, { name, description, template })]
        : entries),
    ...(record.image === true ? [imageOutput] : []),
    ...(record.deferred === true ? [deferredToolRequests] : []),
    ...(record.none === true ? [null] : []),
  ]
}

function buildType(type: OutputTypeRecord, mode: OutputRecord['mode'], names: OutputNames): OutputEntry {
  if (type.text_function !== undefined) return textFunction(type)
  const raw = (type.schema ?? {}) as JsonSchema
  const title = typeof raw.title === 'string' ? raw.title : undefined
  const isObject = raw.type === 'object'
  const run = type.function === undefined ? undefined : outputScript(type.behaviour)
  const onValid = run === undefined && isObject ? (value: unknown) => names.note(value, type.name) : undefined
  const schema = type.structured_dict === true ? looseSchema(raw) : typedSchema(raw, onValid)
  const name = type.function === undefined ? (genericName(type.name) ?? title ?? 'output') : (title ?? type.function)

  if (mode === 'tool') {
    const { name: toolName, description, max_retries: maxRetries } = type.marker ?? {}
    return outputTool({ schema, name: toolName, description, maxRetries, ...(run && { run }) })
  }
  if (run !== undefined) return outputFunction({ schema, name, description: type.description, run })
  return named(schema, name)
}

/** `list[str]` goes by the name of `list`. */
function genericName(name: string | undefined): string | undefined {
  return name?.replace(/\[.*$/, '')
}

function textFunction(type: OutputTypeRecord): OutputEntry {
  const run = outputScript(type.behaviour)
  return textOutput((value: string, ctx: RunContext) => run({ text: value }, ctx))
}

function outputScript(behaviour: readonly BehaviourEntry[] | undefined) {
  const script = new ScriptCursor(behaviour ?? [])
  return (args: unknown, ctx: RunContext) => act(script.take() ?? { return: null }, args as Arguments, ctx)
}
