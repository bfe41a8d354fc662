import { runAround } from '../capabilities/around.ts'
import { toolValidateHooks, type HookChains } from '../capabilities/hook-chains.ts'
import { isSignal } from '../errors/signals.ts'
import type { ToolCallPart } from '../messages/part.ts'
import { parseJsonArgs } from '../schema/parse-json.ts'
import { ValidationError } from '../schema/validation-error.ts'
import type { ToolsetTool } from '../toolsets/toolset.ts'
import { isPromiseLike } from '../util/json.ts'
import type { RunContext } from './run-context.ts'

export interface CallToValidate {
  readonly tool: ToolsetTool
  readonly part: ToolCallPart
  /** As the model sent them, or as an approval replaced them. */
  readonly args: unknown
  readonly ctx: RunContext
}

/** The arguments a tool is to run with: parsed, checked by its schema and by `checkArgs`, changed by hooks.
 *  @throws {ValidationError} the arguments do not fit · {ModelRetry} `checkArgs` or a hook refused them
 *  · {CallDeferred} or {ApprovalRequired} the call is put off */
export async function validateCall(chains: HookChains, call: CallToValidate): Promise<unknown> {
  const { tool, part, ctx } = call
  const hooks = toolValidateHooks(chains, ctx, { call: part, definition: tool.definition })
  if (hooks === undefined) return checkArguments(tool, call.args, ctx)
  try {
    return await runAround(hooks, call.args, args => checkArguments(tool, args, ctx), {
      isSignal: error => isSignal(error, 'skip-tool-validation'),
    })
  } catch (error) {
    if (isSignal(error, 'skip-tool-validation')) return error.args
    throw error
  }
}

async function checkArguments(tool: ToolsetTool, raw: unknown, ctx: RunContext): Promise<unknown> {
  const parsed = typeof raw === 'string' ? parseJsonArgs(raw) : { ok: true as const, value: raw ?? {} }
  if (!parsed.ok) throw new ValidationError(parsed.issues)
  const pending = tool.validateArgs(parsed.value, ctx)
  const checked = isPromiseLike(pending) ? await pending : pending
  if (!checked.ok) throw new ValidationError(checked.issues)
  // the value passed the schema that `checkArgs` was written for
  if (tool.checkArgs !== undefined) await tool.checkArgs(checked.value as never, ctx)
  return checked.value
}
