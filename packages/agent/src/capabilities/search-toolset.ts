import { UserError } from '../errors/user-error.ts'
import { searchToolsName } from '../models/prepare-native-search.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { deriveTool } from '../toolsets/derive-tool.ts'
import type { Toolset, ToolsetTool } from '../toolsets/toolset.ts'
import { WrapperToolset, type ToolMap } from '../toolsets/wrapper-toolset.ts'
import { cached } from '../util/cached.ts'
import { isPlainObject } from '../util/json.ts'
import type { SearchFunction } from './search-strategy.ts'

export interface SearchToolsetOptions<in TDeps = unknown> {
  readonly search: SearchFunction<TDeps>
  readonly maxResults: number
  /** The model's provider may search instead. */
  readonly mayBeNative: boolean
}

/** Adds the tool `search_tools` to a toolset that has hidden tools. Those of capabilities cannot be found: they are loaded.
 *  @throws {UserError} from `getTools`, when a tool of the toolset has that name */
export function withToolSearch<TDeps>(inner: Toolset<TDeps>, options: SearchToolsetOptions<TDeps>): Toolset<TDeps> {
  const known = new WeakMap<ToolMap<TDeps>, ToolMap<TDeps>>()
  return new WrapperToolset<TDeps>(inner, tools => cached(known, tools, () => addSearch(inner, tools, options)))
}

function addSearch<TDeps>(
  inner: Toolset<TDeps>,
  tools: ToolMap<TDeps>,
  options: SearchToolsetOptions<TDeps>,
): ToolMap<TDeps> {
  const hidden = [...tools.values()].map(tool => tool.definition).filter(isSearchable)
  if (hidden.length === 0) return tools
  if (tools.has(searchToolsName)) {
    throw new UserError(
      `A tool is named \`${searchToolsName}\`, which is the name of the tool that finds hidden tools. Rename it.`,
    )
  }
  const marked = [...tools].map(
    ([name, tool]) => [name, isSearchable(tool.definition) ? markSearchable(tool) : tool] as const,
  )
  return new Map([...marked, [searchToolsName, searchTool(inner, hidden, options)]])
}

function isSearchable({ deferLoading, capabilityId }: ToolDefinition): boolean {
  return deferLoading === true && capabilityId === undefined
}

function markSearchable<TDeps>(tool: ToolsetTool<TDeps>): ToolsetTool<TDeps> {
  return deriveTool(tool, { definition: markedDefinition(tool.definition) })
}

const markedDefinitions = new WeakMap<ToolDefinition, ToolDefinition>()

/** One copy per definition: what models prepare of it is cached by identity. */
function markedDefinition(definition: ToolDefinition): ToolDefinition {
  return cached(markedDefinitions, definition, () => ({ ...definition, withNative: 'tool_search' }))
}

const localDefinition: ToolDefinition = {
  name: searchToolsName,
  description:
    'Finds tools that are not listed yet. Call it when the tools you have do not do what is asked; ' +
    'what it finds can be called afterwards. Tools of a capability are not found here: load the capability. ' +
    'When nothing is found, do not search for the same thing again.',
  parametersJsonSchema: {
    type: 'object',
    properties: {
      queries: {
        type: 'array',
        items: { type: 'string' },
        description:
          'What the tool should do, in words its name or description may hold. Each query adds its own matches.',
      },
    },
    required: ['queries'],
  },
  kind: 'function',
  toolKind: 'tool-search',
}

const nativeFirstDefinition: ToolDefinition = { ...localDefinition, unlessNative: 'tool_search' }

function searchTool<TDeps>(
  toolset: Toolset<TDeps>,
  hidden: readonly ToolDefinition[],
  { search, maxResults, mayBeNative }: SearchToolsetOptions<TDeps>,
): ToolsetTool<TDeps> {
  const known = new Set(hidden.map(tool => tool.name))
  return {
    definition: mayBeNative ? nativeFirstDefinition : localDefinition,
    toolset,
    validateArgs: args => {
      const queries = isPlainObject(args) ? args['queries'] : undefined
      if (Array.isArray(queries) && queries.every(query => typeof query === 'string')) return { ok: true, value: args }
      const issue = { type: 'list_type', loc: ['queries'], msg: 'Give a list of texts', input: queries }
      return { ok: false, issues: [issue] }
    },
    call: async (args: unknown, ctx: RunContext<TDeps>) => {
      const { queries } = args as { readonly queries: readonly string[] }
      const found = (await search(ctx, queries, hidden)).filter(name => known.has(name)).slice(0, maxResults)
      return searchResult([...new Set(found)])
    },
  }
}

/** The shape a stored history has, whoever searched. */
function searchResult(names: readonly string[]) {
  const discovered_tools = names.map(name => ({ name }))
  if (names.length > 0) return { discovered_tools }
  return { discovered_tools, message: 'No tool matches. What you need may not be available.' }
}
