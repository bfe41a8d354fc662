import { createAgentFactory } from '../../src/agent/agent.ts'
import type { Agent } from '../../src/agent/agent-types.ts'
import { ModelRetry } from '../../src/errors/signals.ts'
import type { RunContext } from '../../src/tools/run-context.ts'
import { tool } from '../../src/tools/function-tool.ts'
import { ExternalToolset } from '../../src/toolsets/external-toolset.ts'
import { FunctionToolset } from '../../src/toolsets/function-toolset.ts'
import type { Toolset } from '../../src/toolsets/toolset.ts'
import type { JsonObject, JsonSchema } from '../../src/util/json.ts'
import { readContent } from '../wire/messages.ts'
import { readSettings } from '../wire/settings.ts'
import { runToolScript, type Arguments } from './behaviour.ts'
import { buildOutput } from './build-output.ts'
import type { OutputNames } from './output-names.ts'
import type { Recorder } from './recorder.ts'
import type { AgentRecord, InstructionRecord, SystemPromptRecord, ToolRecord, ValidatorEntry } from './scenario.ts'
import { ScriptCursor } from './script-cursor.ts'
import type { ScriptedModel } from './scripted-model.ts'
import { typedSchema } from './typed-schema.ts'

/** The scenarios bring their model along. */
const agent = createAgentFactory({
  resolveModel: modelId => {
    throw new Error(`no model ${modelId}`)
  },
})

export interface AgentParts {
  readonly model: ScriptedModel
  readonly recorder: Recorder
  readonly names: OutputNames
}

/** Our agent from a recorded description, through the public functions. */
export function buildAgent(record: AgentRecord, { model, recorder, names }: AgentParts): Agent<unknown, unknown> {
  const tools = record.tools ?? []
  const external = tools.filter(({ kind }) => kind === 'external')
  const local = tools.filter(({ kind }) => kind !== 'external')
  const built = agent({
    model,
    instructions: buildInstructions(record.instructions ?? []),
    systemPrompt: staticFirst(record.system_prompts ?? []).map(buildSystemPrompt),
    tools: local.map(toolRecord => buildTool(toolRecord, recorder)),
    toolsets: [...instructionToolsets(record.toolset_instructions ?? []), ...externalToolsets(external)],
    output: buildOutput(record.output, names),
    outputValidators: (record.output_validators ?? []).map(entries => buildValidator(entries, names)),
    ...(record.retries === undefined ? {} : { retries: record.retries }),
    ...(record.end_strategy && { endStrategy: record.end_strategy }),
    ...(record.tool_timeout_s && { toolTimeoutMs: record.tool_timeout_s * 1000 }),
    ...(record.model_settings && { modelSettings: readSettings(record.model_settings) }),
    ...(record.metadata && { metadata: record.metadata as JsonObject }),
  })
  // entries known only at run time could need any deps, as far as types can tell; these need none
  return built as unknown as Agent<unknown, unknown>
}

export function buildInstructions(records: readonly InstructionRecord[]) {
  return records.map(record => {
    if (typeof record === 'string') return record
    const script = new ScriptCursor(record.dynamic)
    return () => script.take() ?? null
  })
}

/** Recorded agents take texts and functions in two places, texts first; ours has one list, in its order. */
function staticFirst(records: readonly SystemPromptRecord[]): SystemPromptRecord[] {
  const isText = (record: SystemPromptRecord) => typeof record === 'string'
  return [...records.filter(isText), ...records.filter(record => !isText(record))]
}

function buildSystemPrompt(record: SystemPromptRecord) {
  if (typeof record === 'string') return record
  const script = new ScriptCursor(record.values)
  return { id: record.name, dynamic: record.dynamic === true, content: () => script.take() ?? '' }
}

function buildTool(record: ToolRecord, recorder: Recorder) {
  const script = new ScriptCursor(record.behaviour ?? [])
  return tool({
    name: record.name,
    ...(record.description && { description: record.description }),
    input: typedSchema(record.parameters as JsonSchema),
    ...(record.sequential && { sequential: true }),
    ...(record.requires_approval && { requiresApproval: true }),
    ...(record.retries !== undefined && { maxRetries: record.retries }),
    ...(record.timeout_s !== undefined && { timeoutMs: record.timeout_s * 1000 }),
    run: (args, ctx: RunContext) => runToolScript(script, args as Arguments, ctx, recorder),
  })
}

function instructionToolsets(instructions: readonly string[]): Toolset[] {
  return instructions.map(text => new FunctionToolset([], { instructions: text }))
}

function externalToolsets(records: readonly ToolRecord[]): Toolset[] {
  if (records.length === 0) return []
  const definitions = records.map(({ name, description, parameters }) => ({
    name,
    ...(description && { description }),
    parametersJsonSchema: parameters as JsonSchema,
  }))
  return [new ExternalToolset(definitions)]
}

function buildValidator(entries: readonly ValidatorEntry[], names: OutputNames) {
  const script = new ScriptCursor(entries)
  return (output: unknown) => {
    const entry = script.take() ?? { pass: true }
    if (entry.retry !== undefined) throw new ModelRetry(entry.retry)
    if (entry.error !== undefined) throw new Error(entry.error)
    if (entry.append !== undefined) return String(output) + entry.append
    if (!Object.hasOwn(entry, 'replace')) return output
    const replaced = readContent(entry.replace)
    names.note(replaced, names.of(output))
    return replaced
  }
}
