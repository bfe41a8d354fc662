import type {
  ModelRequestParameters,
  OutputMode,
  OutputObjectDefinition,
  ToolVisibility,
} from '../../src/models/model.ts'
import type { InstructionPart, ToolKind } from '../../src/messages/part.ts'
import type { NativeTool } from '../../src/native-tools/native-tool.ts'
import type { ToolDefinition } from '../../src/tools/tool-definition.ts'
import type { JsonSchema } from '../../src/util/json.ts'
import { isRecord } from '../compare/compare.ts'
import type { WireRecord } from '../provider-case.ts'
import { toCamel, toSnake } from './names.ts'

/** Request parameters as recorded into ours. */
export function readParameters(wire: WireRecord): ModelRequestParameters {
  return {
    functionTools: list(wire.function_tools).map(readTool),
    nativeTools: list(wire.native_tools).map(readNativeTool),
    outputMode: wire.output_mode as OutputMode,
    ...given('outputObject', isRecord(wire.output_object) ? readOutputObject(wire.output_object) : undefined),
    outputTools: list(wire.output_tools).map(readTool),
    ...given('promptedOutputTemplate', wire.prompted_output_template as string | false | null | undefined),
    allowTextOutput: wire.allow_text_output === true,
    allowImageOutput: wire.allow_image_output === true,
    ...given('instructionParts', readInstructionParts(wire.instruction_parts)),
    ...given('thinking', wire.thinking as ModelRequestParameters['thinking'] | null),
    ...given('toolVisibility', readVisibility(wire.tool_visibility)),
    ...given('revealedToolNames', readNames(wire.revealed_tool_names)),
    ...given('deferredCapabilityIds', readNames(wire.deferred_capability_ids)),
  }
}

export function readTool(wire: WireRecord): ToolDefinition {
  return {
    name: String(wire.name),
    ...given('description', wire.description as string | null),
    parametersJsonSchema: wire.parameters_json_schema as JsonSchema,
    ...given('kind', wire.kind as ToolDefinition['kind'] | null),
    ...given('outerTypedDictKey', wire.outer_typed_dict_key as string | null),
    ...given('strict', wire.strict as boolean | null),
    ...given('sequential', wire.sequential === true ? true : undefined),
    ...given('metadata', wire.metadata as ToolDefinition['metadata'] | null),
    ...given('timeoutMs', typeof wire.timeout === 'number' ? wire.timeout * 1000 : undefined),
    ...given('deferLoading', wire.defer_loading === true ? true : undefined),
    ...given('unlessNative', wire.unless_native as string | null),
    ...given('withNative', wire.with_native as string | null),
    ...given('toolKind', wire.tool_kind as ToolKind | null),
    ...given('returnSchema', wire.return_schema as JsonSchema | null),
    ...given('includeReturnSchema', wire.include_return_schema as boolean | null),
    ...given('toolsetId', wire.toolset_id as string | null),
    ...given('capabilityId', wire.capability_id as string | null),
  }
}

/** Native tools carry their fields in camelCase here. */
function readNativeTool(wire: WireRecord): NativeTool {
  const entries = Object.entries(wire).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([name, value]) => [toCamel(name), value])) as unknown as NativeTool
}

/** What an adapter can see of prepared parameters: a tool that is visible need not be listed as such, and marks for
 *  choosing between native and local tools have done their work. */
export function observable(parameters: WireRecord): WireRecord {
  const listed = isRecord(parameters.tool_visibility) ? Object.entries(parameters.tool_visibility) : []
  return {
    ...parameters,
    function_tools: list(parameters.function_tools).map(tool => ({ ...tool, with_native: null, unless_native: null })),
    tool_visibility: Object.fromEntries(listed.filter(([, word]) => word !== 'visible')),
  }
}

/** Our parameters as they are recorded, every key present. */
export function writeParameters(parameters: ModelRequestParameters): WireRecord {
  return {
    function_tools: parameters.functionTools.map(writeTool),
    native_tools: parameters.nativeTools.map(writeRecord),
    tool_visibility: Object.fromEntries(
      [...(parameters.toolVisibility ?? [])].map(([name, word]) => [name, word.replace('-', '_')]),
    ),
    revealed_tool_names: [...(parameters.revealedToolNames ?? [])].toSorted(),
    deferred_capability_ids: [...(parameters.deferredCapabilityIds ?? [])].toSorted(),
    output_mode: parameters.outputMode,
    output_object: parameters.outputObject === undefined ? null : writeOutputObject(parameters.outputObject),
    output_tools: parameters.outputTools.map(writeTool),
    prompted_output_template: parameters.promptedOutputTemplate ?? null,
    allow_text_output: parameters.allowTextOutput,
    allow_image_output: parameters.allowImageOutput,
    instruction_parts: parameters.instructionParts?.length
      ? parameters.instructionParts.map(writeInstructionPart)
      : null,
    thinking: parameters.thinking ?? null,
  }
}

function writeTool(tool: ToolDefinition): WireRecord {
  return {
    name: tool.name,
    parameters_json_schema: tool.parametersJsonSchema,
    description: tool.description ?? null,
    outer_typed_dict_key: tool.outerTypedDictKey ?? null,
    strict: tool.strict ?? null,
    sequential: tool.sequential ?? false,
    kind: tool.kind ?? 'function',
    metadata: tool.metadata ?? null,
    timeout: tool.timeoutMs === undefined ? null : tool.timeoutMs / 1000,
    defer_loading: tool.deferLoading ?? false,
    unless_native: tool.unlessNative ?? null,
    with_native: tool.withNative ?? null,
    tool_kind: tool.toolKind ?? null,
    return_schema: tool.returnSchema ?? null,
    include_return_schema: tool.includeReturnSchema ?? null,
    toolset_id: tool.toolsetId ?? null,
    capability_id: tool.capabilityId ?? null,
  }
}

export function writeOutputObject(object: OutputObjectDefinition): WireRecord {
  return {
    json_schema: object.jsonSchema,
    name: object.name ?? null,
    description: object.description ?? null,
    strict: object.strict ?? null,
  }
}

function writeInstructionPart({ content, dynamic }: InstructionPart): WireRecord {
  return { content, dynamic, part_kind: 'instruction' }
}

function writeRecord(record: object): WireRecord {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [toSnake(name), value as unknown]))
}

function readOutputObject(wire: WireRecord): OutputObjectDefinition {
  return {
    jsonSchema: wire.json_schema as JsonSchema,
    ...given('name', wire.name as string | null),
    ...given('description', wire.description as string | null),
    ...given('strict', wire.strict as boolean | null),
  }
}

function readInstructionParts(wire: unknown): InstructionPart[] | undefined {
  if (!Array.isArray(wire)) return undefined
  return (wire as WireRecord[]).map(part => ({ content: String(part.content), dynamic: part.dynamic === true }))
}

function readVisibility(wire: unknown): ReadonlyMap<string, ToolVisibility> | undefined {
  if (!isRecord(wire)) return undefined
  return new Map(Object.entries(wire).map(([name, word]) => [name, String(word).replace('_', '-') as ToolVisibility]))
}

function readNames(wire: unknown): ReadonlySet<string> | undefined {
  return Array.isArray(wire) && wire.length > 0 ? new Set(wire as string[]) : undefined
}

function list(value: unknown): WireRecord[] {
  return Array.isArray(value) ? (value as WireRecord[]) : []
}

/** The key with its value, or no key where nothing was recorded. */
function given<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}
