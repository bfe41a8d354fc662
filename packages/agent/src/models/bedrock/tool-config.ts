import type {
  Message,
  Tool,
  ToolChoice as WireToolChoice,
  ToolConfiguration,
  ToolInputSchema,
} from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { ToolDefinition } from '../../tools/tool-definition.ts'
import type { ModelRequestParameters } from '../model.ts'
import type { ModelSettings } from '../settings.ts'
import { resolveToolChoice, type ResolvedToolChoice } from '../tool-choice.ts'
import { declaredFunctionTools } from '../tool-visibility.ts'
import { callsOneByOne } from './additional-fields.ts'
import { cachePointBlock } from './cache-points.ts'
import type { BedrockProfile } from './facts.ts'
import { nativeToolByKind } from './native-tools.ts'
import { objectSchema } from './object-schema.ts'
import { isThinkingAsked } from './thinking.ts'
import type { ToolNames } from './tool-names.ts'

export interface ToolConfigScope {
  readonly modelName: string
  readonly profile: BedrockProfile
  readonly parameters: ModelRequestParameters
  readonly settings: ModelSettings
  readonly names: ToolNames
}

/** The tools of a request and how free the model is to use them. `undefined`: none.
 *  @throws {UserError} for a model without tools, and when the settings force a tool that this model, or thinking, does not let be forced */
export function mapToolConfig(scope: ToolConfigScope): ToolConfiguration | undefined {
  const { parameters, settings, profile, modelName } = scope
  const choice = resolveToolChoice(settings.toolChoice, parameters)
  if (choice === 'none') return undefined
  if (!profile.supportsTools && parameters.functionTools.length + parameters.outputTools.length > 0) {
    throw new UserError(
      `The model \`${modelName}\` knows no tools. Leave them out, or choose another model; if it has learnt them since, say so with ` +
        'the option `profile: { supportsTools: true }` of BedrockConverseModel.',
    )
  }
  const { tools, toolChoice } = choose(choice, scope)
  for (const native of parameters.nativeTools) {
    const tool = nativeToolByKind(native.kind)
    if (tool !== undefined) tools.push({ systemTool: { name: tool.wireName } })
  }
  if (tools.length === 0) return undefined
  const { bedrockCacheToolDefinitions: caching } = settings
  if (caching && profile.bedrockSupportsToolCaching) tools.push(cachePointBlock(caching))
  // then it is told with the fields of the model
  const isToldElsewhere = toolChoice.auto !== undefined && callsOneByOne(profile, settings)
  return { tools, ...(profile.bedrockSupportsToolChoice && !isToldElsewhere && { toolChoice }) }
}

function choose(
  choice: Exclude<ResolvedToolChoice, 'none'>,
  scope: ToolConfigScope,
): { tools: Tool[]; toolChoice: WireToolChoice } {
  const { parameters, names: wireNames } = scope
  const declared = [...declaredFunctionTools(parameters), ...parameters.outputTools]
  const map = (tools: readonly ToolDefinition[]) => tools.map(tool => mapTool(tool, scope))
  if (choice === 'auto') return { tools: map(declared), toolChoice: { auto: {} } }
  const canForce = checkForcing(scope)
  if (choice === 'required') return { tools: map(declared), toolChoice: canForce ? { any: {} } : { auto: {} } }

  const { mode, names } = choice
  const [only] = names
  // the whole list stays, so that the prompt cache keeps hitting whichever tool is forced
  if (mode === 'required' && names.size === 1 && canForce)
    return { tools: map(declared), toolChoice: { tool: { name: wireNames.toWire(only!) } } }
  const isForced = mode === 'required' && canForce
  return {
    tools: map(declared.filter(tool => names.has(tool.name))),
    toolChoice: isForced ? { any: {} } : { auto: {} },
  }
}

/** Whether a tool may be forced. A force nobody asked for by name (structured output) gives way in silence.
 *  @throws {UserError} when the settings ask for it and it cannot be had */
function checkForcing({ modelName, profile, parameters, settings }: ToolConfigScope): boolean {
  const isThinking = isThinkingAsked(parameters.thinking, settings, profile)
  if (profile.bedrockSupportsToolChoice && !isThinking) return true
  const { toolChoice } = settings
  const isExplicit = toolChoice === 'required' || (Array.isArray(toolChoice) && toolChoice.length > 0)
  if (!isExplicit) return false
  const asked = JSON.stringify(toolChoice)
  throw new UserError(
    isThinking
      ? `Bedrock cannot force a tool (\`toolChoice: ${asked}\`) while the model thinks. Switch \`thinking\` off, or use \`toolChoice: 'auto'\`.`
      : `The model \`${modelName}\` does not let a tool be forced (\`toolChoice: ${asked}\`). Use \`toolChoice: 'auto'\`.`,
  )
}

function mapTool(tool: ToolDefinition, { profile, names }: Pick<ToolConfigScope, 'profile' | 'names'>): Tool {
  return {
    toolSpec: {
      name: names.toWire(tool.name),
      ...(tool.description && { description: tool.description }),
      inputSchema: { json: objectSchema(tool.parametersJsonSchema) } as ToolInputSchema,
      ...(tool.strict === true && profile.bedrockSupportsStrictToolDefinition && { strict: true }),
    },
  }
}

/** Bedrock refuses a history with tool calls when the request declares no tools, and it has no way to declare tools that may
 *  not be called. So the tools of the history are declared again, with the description saying what to make of them.
 *  @see https://github.com/pydantic/pydantic-ai/issues/1966 (read 2026-08-22) */
export function toolsOfHistory(
  messages: readonly Message[],
  known: readonly ToolDefinition[],
  scope: Pick<ToolConfigScope, 'profile' | 'names'>,
): ToolConfiguration | undefined {
  const own = new Set<string>()
  const native = new Set<string>()
  let hasResult = false
  for (const { toolUse, toolResult } of messages.flatMap(message => message.content!)) {
    if (toolUse !== undefined) (toolUse.type === undefined ? own : native).add(toolUse.name!)
    if (toolResult !== undefined) hasResult = true
  }
  if (hasResult && own.size + native.size === 0) own.add('earlier_tool')
  if (own.size + native.size === 0) return undefined
  const definitions = new Map(known.map(tool => [scope.names.toWire(tool.name), tool]))
  const tools = [...own].map(name => {
    const tool = definitions.get(name)
    return tool === undefined ? stub(name) : mapTool(tool, scope)
  })
  return { tools: [...tools, ...[...native].map(name => ({ systemTool: { name } }))] }
}

function stub(name: string): Tool {
  const description = 'Was used earlier in this conversation and is not available now. Do not call it.'
  return { toolSpec: { name, description, inputSchema: { json: { type: 'object', properties: {} } } } }
}
