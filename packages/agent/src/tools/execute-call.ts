import { runAround, type Around } from '../capabilities/around.ts'
import { hooksAround, type HookChains } from '../capabilities/hook-chains.ts'
import type { Effects, EffectStep } from '../durable/effects.ts'
import { isSignal, ModelRetry } from '../errors/signals.ts'
import type { ToolCallPart } from '../messages/part.ts'
import type { ToolsetTool } from '../toolsets/toolset.ts'
import type { MaybePromise } from '../util/json.ts'
import { onAbort } from '../util/on-abort.ts'
import type { RunContext } from './run-context.ts'

export interface CallToExecute {
  readonly tool: ToolsetTool
  readonly part: ToolCallPart
  /** Validated. */
  readonly args: unknown
  /** The context for one attempt; a timeout replaces its signal. */
  readonly context: (signal?: AbortSignal) => RunContext
  readonly timeoutMs: number | undefined
  /** Names the effect; a hook may have it performed more than once. */
  readonly step: () => EffectStep
}

const signals = ['model-retry', 'tool-failed', 'call-deferred', 'approval-required', 'skip-tool-execution'] as const

/** Runs a tool inside its hooks and its time limit.
 *  @throws {ModelRetry} the tool or a hook wants other arguments, or the time was up · {ToolFailed} · {CallDeferred}
 *  · {ApprovalRequired} · whatever else the tool throws */
export function executeCall(chains: HookChains, effects: Effects, call: CallToExecute): MaybePromise<unknown> {
  const { tool, part, step } = call
  const perform = (args: unknown, ctx: RunContext) =>
    effects.toolCall(step(), { tool, args, ctx }, () => tool.call(args, ctx))
  const attempt = (args: unknown) =>
    call.timeoutMs === undefined
      ? perform(args, call.context())
      : withTimeout(call.timeoutMs, call.context().signal, signal => perform(args, call.context(signal)))

  const hooks = hooksAround(chains, 'ToolExecute', call, { call: part, definition: tool.definition })
  if (hooks === undefined) return attempt(call.args)
  return hookedCall(hooks, call.args, args => {
    // the run may have been stopped while a hook was busy
    call.context().signal.throwIfAborted()
    return attempt(args)
  })
}

async function hookedCall(
  hooks: Around<unknown, unknown>,
  args: unknown,
  attempt: (args: unknown) => MaybePromise<unknown>,
): Promise<unknown> {
  try {
    return await runAround(hooks, args, async changed => attempt(changed), {
      isSignal: error => signals.some(signal => isSignal(error, signal)),
    })
  } catch (error) {
    if (isSignal(error, 'skip-tool-execution')) return error.result
    throw error
  }
}

/** Gives work a signal that is aborted when the time is up or the parent is. The timer and the listener go with the work. */
async function withTimeout<T>(
  timeoutMs: number,
  parent: AbortSignal,
  work: (signal: AbortSignal) => MaybePromise<T>,
): Promise<T> {
  const controller = new AbortController()
  let release = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined
  const stopped = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => {
        const error = new ModelRetry(`Timed out after ${timeoutMs / 1000} seconds.`)
        reject(error)
        controller.abort(error)
        // a timer that is set to more fires at once
      },
      Math.min(timeoutMs, 2 ** 31 - 1),
    )
    // whoever aborts the parent decides how long to wait for the tool: only the timer goes
    release = onAbort(parent, () => {
      clearTimeout(timer)
      controller.abort(parent.reason)
    })
  })
  const working = (async () => work(controller.signal))()
  // a tool that ignores its signal may still fail later, when nobody listens any more
  working.catch(() => {})
  try {
    return await Promise.race([working, stopped])
  } finally {
    clearTimeout(timer)
    release()
  }
}
