import { runAround } from '../capabilities/around.ts'
import { hooksAround, noHooks, type HookChains } from '../capabilities/hook-chains.ts'
import { isSignal } from '../errors/signals.ts'
import type { ToolCallPart } from '../messages/part.ts'
import { parseJsonArgs } from '../schema/parse-json.ts'
import { ValidationError } from '../schema/validation-error.ts'
import type { ValidationResult } from '../schema/schema.ts'
import type { ToolsetTool } from '../toolsets/toolset.ts'
import { isPromiseLike, type MaybePromise } from '../util/json.ts'
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
export function validateCall(chains: HookChains, call: CallToValidate): MaybePromise<unknown> {
  return chains === noHooks ? checkArguments(call, call.args) : hookedCheck(chains, call)
}

async function hookedCheck(chains: HookChains, call: CallToValidate): Promise<unknown> {
  const { tool, part, args, ctx } = call
  const hooks = hooksAround(chains, 'ToolValidate', { context: () => ctx }, { call: part, definition: tool.definition })
  if (hooks === undefined) return checkArguments(call, args)
  try {
    return await runAround(hooks, args, async changed => checkArguments(call, changed), {
      isSignal: error => isSignal(error, 'skip-tool-validation'),
    })
  } catch (error) {
    if (isSignal(error, 'skip-tool-validation')) return error.args
    throw error
  }
}

function checkArguments({ tool, ctx }: CallToValidate, raw: unknown): MaybePromise<unknown> {
  const parsed = typeof raw === 'string' ? parseJsonArgs(raw) : { ok: true as const, value: raw ?? {} }
  if (!parsed.ok) throw new ValidationError(parsed.issues)
  const pending = tool.validateArgs(parsed.value, ctx)
  return isPromiseLike(pending) ? pending.then(checked => accept(tool, checked, ctx)) : accept(tool, pending, ctx)
}

function accept(tool: ToolsetTool, checked: ValidationResult, ctx: RunContext): MaybePromise<unknown> {
  if (!checked.ok) throw new ValidationError(checked.issues)
  const { value } = checked
  // the value passed the schema that `checkArgs` was written for
  const pending = tool.checkArgs?.(value as never, ctx)
  return isPromiseLike(pending) ? pending.then(() => value) : value
}
