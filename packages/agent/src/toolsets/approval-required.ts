import { ApprovalRequired } from '../errors/signals.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { cached } from '../util/cached.ts'
import type { MaybePromise } from '../util/json.ts'
import { deriveTool } from './derive-tool.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'
import { WrapperToolset, type ToolMap } from './wrapper-toolset.ts'

/** Whether a call waits for a yes. `args` passed the tool's schema. */
export type ApprovalPredicate<in TDeps = unknown> = (
  ctx: RunContext<TDeps>,
  definition: ToolDefinition,
  args: unknown,
) => MaybePromise<boolean>

/** A toolset whose calls wait for an approval.
 *  @param predicate which calls; default: all
 *
 *  @example approvalRequired(payments, (ctx, { name }) => name === 'transfer' && !ctx.deps.isTrusted) */
export function approvalRequired<TDeps, TMore = TDeps>(
  toolset: Toolset<TDeps>,
  predicate: ApprovalPredicate<TMore> = () => true,
): Toolset<TDeps & TMore> {
  const known = new WeakMap<ToolMap<TDeps & TMore>, ToolMap<TDeps & TMore>>()
  return new WrapperToolset<TDeps & TMore>(toolset, tools =>
    cached(known, tools, () => new Map([...tools].map(([name, tool]) => [name, guard(tool, predicate)]))),
  )
}

function guard<TDeps>(tool: ToolsetTool<TDeps>, predicate: ApprovalPredicate<TDeps>): ToolsetTool<TDeps> {
  return deriveTool(tool, {
    call: async (args, ctx) => {
      if (!ctx.toolCallApproved && (await predicate(ctx, tool.definition, args))) throw new ApprovalRequired()
      return tool.call(args, ctx)
    },
  })
}
