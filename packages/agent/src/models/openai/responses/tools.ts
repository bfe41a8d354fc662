import type { FunctionTool, ResponseCreateParams } from 'openai/resources/responses/responses'
import { UserError } from '../../../errors/user-error.ts'
import type { ToolDefinition } from '../../../tools/tool-definition.ts'
import type { ModelRequestParameters } from '../../model.ts'
import type { ModelSettings } from '../../settings.ts'
import { resolveToolChoice, type ResolvedToolChoice } from '../../tool-choice.ts'
import { declaredFunctionTools } from '../../tool-visibility.ts'
import type { OpenAIProfile } from '../facts.ts'

type WireChoice = ResponseCreateParams['tool_choice']

/** What the mapping of tools has to know of the model. */
export interface ToolScope {
  readonly modelName: string
  readonly profile: OpenAIProfile
}

export interface MappedTools {
  readonly tools?: FunctionTool[]
  readonly tool_choice?: WireChoice
  readonly parallel_tool_calls?: boolean
}

/** All tools are declared whatever the choice, so that the provider's cache keeps hitting. */
export function mapTools(parameters: ModelRequestParameters, settings: ModelSettings, scope: ToolScope): MappedTools {
  const choice = resolveToolChoice(settings.toolChoice, parameters)
  const tools = [...declaredFunctionTools(parameters), ...parameters.outputTools]
  if (tools.length === 0) return {}
  return {
    tools: tools.map(tool => mapTool(tool, scope.profile)),
    tool_choice: mapChoice(choice, settings, scope),
    ...(settings.parallelToolCalls !== undefined && { parallel_tool_calls: settings.parallelToolCalls }),
  }
}

function mapTool(tool: ToolDefinition, profile: OpenAIProfile): FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description ?? null,
    parameters: tool.parametersJsonSchema,
    // never left out: the API would take the schema as strict
    strict: tool.strict === true && profile.openaiSupportsStrictToolDefinition,
  }
}

function mapChoice(choice: ResolvedToolChoice, settings: ModelSettings, scope: ToolScope): WireChoice {
  if (choice === 'none' || choice === 'auto') return choice
  const isForced = choice === 'required' || choice.mode === 'required'
  const canForce = !isForced || checkForcing(settings, scope)
  if (choice === 'required') return canForce ? 'required' : 'auto'
  const names = [...choice.names]
  if (isForced && canForce && names.length === 1) return { type: 'function', name: names[0]! }
  return {
    type: 'allowed_tools',
    mode: isForced && canForce ? 'required' : 'auto',
    tools: names.map(name => ({ type: 'function', name })),
  }
}

/** A force nobody asked for by name (structured output) gives way in silence.
 *  @throws {UserError} when the settings ask for it and it cannot be had */
export function checkForcing({ toolChoice }: ModelSettings, { modelName, profile }: ToolScope): boolean {
  if (profile.openaiSupportsToolChoiceRequired) return true
  const isExplicit = toolChoice === 'required' || (Array.isArray(toolChoice) && toolChoice.length > 0)
  if (!isExplicit) return false
  throw new UserError(
    `The model \`${modelName}\` does not let a tool be forced (\`toolChoice: ${JSON.stringify(toolChoice)}\`). Use \`toolChoice: 'auto'\`.`,
  )
}
