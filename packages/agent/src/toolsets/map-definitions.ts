import { UserError } from '../errors/user-error.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { cached } from '../util/cached.ts'
import { deriveTool } from './derive-tool.ts'
import type { Toolset } from './toolset.ts'
import { WrapperToolset, type ToolMap } from './wrapper-toolset.ts'

/** A toolset whose tools are defined differently, in a way that depends on nothing but their definitions: worked out once
 *  for a map of tools, so that a step costs nothing. Return a definition as it is to leave its tool alone.
 *  @throws {UserError} from `getTools`, when two tools get one name */
export function mapDefinitions<TDeps>(
  toolset: Toolset<TDeps>,
  change: (definition: ToolDefinition) => ToolDefinition,
): Toolset<TDeps> {
  const known = new WeakMap<ToolMap<TDeps>, ToolMap<TDeps>>()
  return new WrapperToolset<TDeps>(toolset, tools => cached(known, tools, () => changedTools(toolset, tools, change)))
}

function changedTools<TDeps>(
  { label }: Toolset<TDeps>,
  tools: ToolMap<TDeps>,
  change: (definition: ToolDefinition) => ToolDefinition,
): ToolMap<TDeps> {
  const changed = new Map<string, ReturnType<typeof deriveTool<TDeps>>>()
  for (const tool of tools.values()) {
    const definition = change(tool.definition)
    if (changed.has(definition.name)) {
      throw new UserError(
        `Two tools of ${label} would be called \`${definition.name}\`. Give one of them another name.`,
      )
    }
    changed.set(definition.name, definition === tool.definition ? tool : deriveTool(tool, { definition }))
  }
  return changed
}
