import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { MaybePromise } from '../util/json.ts'
import type { Toolset } from './toolset.ts'
import { WrapperToolset, type ToolMap } from './wrapper-toolset.ts'

/** A toolset that offers only some of its tools, decided anew for every step.
 *
 *  @example filtered(files, (ctx, { name }) => ctx.deps.mayWrite || !name.startsWith('write_')) */
export function filtered<TDeps, TMore = TDeps>(
  toolset: Toolset<TDeps>,
  predicate: (ctx: RunContext<TMore>, definition: ToolDefinition) => MaybePromise<boolean>,
): Toolset<TDeps & TMore> {
  const latest = new WeakMap<ToolMap<TDeps & TMore>, ToolMap<TDeps & TMore>>()
  return new WrapperToolset<TDeps & TMore>(toolset, async (tools, ctx) => {
    const kept = new Set<string>()
    for (const [name, { definition }] of tools) if (await predicate(ctx, definition)) kept.add(name)
    if (kept.size === tools.size) return tools
    // the same choice is the same map, so that what was prepared for it is used again
    const before = latest.get(tools)
    if (before?.size === kept.size && [...before.keys()].every(name => kept.has(name))) return before
    const chosen = new Map([...tools].filter(([name]) => kept.has(name)))
    latest.set(tools, chosen)
    return chosen
  })
}
