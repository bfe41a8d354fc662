import { UserError } from '../errors/user-error.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { MaybePromise } from '../util/json.ts'
import { deriveTool } from './derive-tool.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'
import { WrapperToolset } from './wrapper-toolset.ts'

/** A toolset whose definitions go through a function at every step: it may leave tools out and change their descriptions,
 *  schemas and options, but neither add nor rename.
 *  @throws {UserError} from `getTools`, when the function returns no list, or a name it was not given
 *
 *  @example prepared(crm, (ctx, tools) => tools.map(tool => ({ ...tool, strict: ctx.model.system === 'openai' }))) */
export function prepared<TDeps, TMore = TDeps>(
  toolset: Toolset<TDeps>,
  prepare: (ctx: RunContext<TMore>, definitions: readonly ToolDefinition[]) => MaybePromise<readonly ToolDefinition[]>,
): Toolset<TDeps & TMore> {
  return new WrapperToolset<TDeps & TMore>(toolset, async (tools, ctx) => {
    const before = [...tools.values()].map(tool => tool.definition)
    const after = await prepare(ctx, before)
    if (!Array.isArray(after)) {
      throw new UserError(`The function that prepares ${toolset.label} must return a list of tool definitions.`)
    }
    if (after.length === before.length && before.every((definition, at) => after[at] === definition)) return tools
    const changed = new Map<string, ToolsetTool<TDeps & TMore>>()
    for (const definition of after as readonly ToolDefinition[]) {
      const tool = tools.get(definition.name)
      if (tool === undefined) {
        throw new UserError(
          `The function that prepares ${toolset.label} returned \`${definition.name}\`, which it was not given. ` +
            'It may leave tools out and change them; `renamed()` gives them other names.',
        )
      }
      changed.set(definition.name, definition === tool.definition ? tool : deriveTool(tool, { definition }))
    }
    return changed
  })
}
