import type {
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions/completions'
import type { ToolDefinition } from '../../../tools/tool-definition.ts'
import type { ModelRequestParameters } from '../../model.ts'
import type { ModelSettings } from '../../settings.ts'
import { resolveToolChoice } from '../../tool-choice.ts'
import { declaredFunctionTools } from '../../tool-visibility.ts'
import type { OpenAIProfile } from '../facts.ts'
import { checkForcing, type ToolScope } from '../responses/tools.ts'

export interface MappedTools {
  readonly tools?: ChatCompletionFunctionTool[]
  readonly tool_choice?: ChatCompletionToolChoiceOption
  readonly parallel_tool_calls?: boolean
}

export function mapTools(parameters: ModelRequestParameters, settings: ModelSettings, scope: ToolScope): MappedTools {
  const { tools, choice } = choose(parameters, settings, scope)
  if (tools.length === 0) return {}
  return {
    tools: tools.map(tool => mapTool(tool, scope.profile)),
    tool_choice: choice,
    ...(settings.parallelToolCalls !== undefined && { parallel_tool_calls: settings.parallelToolCalls }),
  }
}

/** A subset of several tools can only be had by declaring no others. */
function choose(
  parameters: ModelRequestParameters,
  settings: ModelSettings,
  scope: ToolScope,
): { tools: readonly ToolDefinition[]; choice: ChatCompletionToolChoiceOption } {
  const resolved = resolveToolChoice(settings.toolChoice, parameters)
  const tools = [...declaredFunctionTools(parameters), ...parameters.outputTools]
  if (resolved === 'none' || resolved === 'auto') return { tools, choice: resolved }
  const isForced = resolved === 'required' || resolved.mode === 'required'
  const canForce = isForced && checkForcing(settings, scope)
  if (resolved === 'required') return { tools, choice: canForce ? 'required' : 'auto' }
  const [only] = resolved.names
  if (canForce && resolved.names.size === 1) {
    return { tools, choice: { type: 'function', function: { name: only! } } }
  }
  return { tools: tools.filter(({ name }) => resolved.names.has(name)), choice: canForce ? 'required' : 'auto' }
}

function mapTool(tool: ToolDefinition, profile: OpenAIProfile): ChatCompletionFunctionTool {
  return {
    type: 'function',
    function: {
      name: tool.name,
      description: tool.description ?? '',
      parameters: tool.parametersJsonSchema,
      ...(tool.strict === true && profile.openaiSupportsStrictToolDefinition && { strict: true }),
    },
  }
}
