import { UserError } from '../errors/user-error.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { ModelRequestParameters } from './model.ts'
import type { ToolChoice } from './settings.ts'
import { callableFunctionTools } from './tool-visibility.ts'

/** How free the model is to call tools: not at all, as it likes, at least one, or so within some of the tools. */
export type ResolvedToolChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly mode: 'auto' | 'required'; readonly names: ReadonlySet<string> }

/** What the `toolChoice` setting means for one request. Output tools stay callable whatever it says of function tools, except
 *  where it demands a function tool (`'required'`, a list).
 *  @throws {UserError} when it demands function tools and there are none it could mean */
export function resolveToolChoice(
  choice: ToolChoice | undefined,
  parameters: ModelRequestParameters,
): ResolvedToolChoice {
  const free = parameters.allowTextOutput || parameters.allowImageOutput ? 'auto' : 'required'
  if (choice === undefined || choice === 'auto') return free
  if (choice === 'none') return onlyOutput(parameters, free)
  if (choice === 'required') return anyFunctionTool(parameters)
  if ('kind' in choice) return toolsOrOutput(choice.functionTools, parameters, free)
  return choice.length === 0 ? onlyOutput(parameters, free) : namedTools(choice, parameters)
}

function onlyOutput(
  { functionTools, outputTools }: ModelRequestParameters,
  free: 'auto' | 'required',
): ResolvedToolChoice {
  if (outputTools.length === 0) return 'none'
  return functionTools.length === 0 ? free : { mode: free, names: namesOf(outputTools) }
}

function anyFunctionTool(parameters: ModelRequestParameters): ResolvedToolChoice {
  const tools = callableFunctionTools(parameters)
  if (tools.length === 0) {
    throw new UserError(
      "`toolChoice: 'required'` needs a function tool, and this request offers none. Add one, or use 'auto'.",
    )
  }
  return parameters.outputTools.length === 0 ? 'required' : { mode: 'required', names: namesOf(tools) }
}

function namedTools(names: readonly string[], parameters: ModelRequestParameters): ResolvedToolChoice {
  const known = namesOf([...callableFunctionTools(parameters), ...parameters.outputTools])
  return { mode: 'required', names: knownOf(names, known) }
}

function toolsOrOutput(
  names: readonly string[],
  parameters: ModelRequestParameters,
  free: 'auto' | 'required',
): ResolvedToolChoice {
  if (names.length === 0) return onlyOutput(parameters, free)
  const known = knownOf(names, namesOf(callableFunctionTools(parameters)))
  return { mode: free, names: new Set([...known, ...namesOf(parameters.outputTools)]) }
}

/** Unknown names are left out as long as one is known: a list may outlive a tool that is hidden at this step. */
function knownOf(names: readonly string[], known: ReadonlySet<string>): ReadonlySet<string> {
  const found = names.filter(name => known.has(name))
  if (found.length > 0) return new Set(found)
  const available = [...known].toSorted().map(name => `\`${name}\``)
  throw new UserError(
    `\`toolChoice\` names no tool of this request: ${names.map(name => `\`${name}\``).join(', ')}. ` +
      `${available.length === 0 ? 'There are none.' : `There are: ${available.join(', ')}.`}`,
  )
}

function namesOf(tools: readonly ToolDefinition[]): ReadonlySet<string> {
  return new Set(tools.map(tool => tool.name))
}
