import type { ToolsetTool } from './toolset.ts'

/** A tool that differs from another in what is given and passes the rest on to it. */
export function deriveTool<TDeps>(
  tool: ToolsetTool<TDeps>,
  changes: Partial<Pick<ToolsetTool<TDeps>, 'definition' | 'call' | 'maxRetries'>>,
): ToolsetTool<TDeps> {
  return {
    definition: changes.definition ?? tool.definition,
    toolset: tool.toolset,
    maxRetries: changes.maxRetries ?? tool.maxRetries,
    validateArgs: (args, ctx) => tool.validateArgs(args, ctx),
    checkArgs: tool.checkArgs,
    call: changes.call ?? ((args, ctx) => tool.call(args, ctx)),
  }
}
