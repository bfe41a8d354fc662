import { ApprovalRequired, CallDeferred, ModelRetry, ToolFailed } from '../../src/errors/signals.ts'
import type { UserPrompt } from '../../src/messages/content.ts'
import { toolReturn } from '../../src/tools/function-tool.ts'
import type { RunContext } from '../../src/tools/run-context.ts'
import type { JsonObject } from '../../src/util/json.ts'
import type { WireRecord } from '../provider-case.ts'
import { readContent } from '../wire/messages.ts'
import type { Recorder } from './recorder.ts'
import type { BehaviourEntry } from './scenario.ts'
import type { ScriptCursor } from './script-cursor.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** A tool's function as scripted: notes the call, then does what the next entry says. */
export async function runToolScript(
  script: ScriptCursor<BehaviourEntry>,
  args: Arguments,
  ctx: RunContext,
  recorder: Recorder,
): Promise<unknown> {
  const entry = script.take() ?? { return: null }
  const call = { tool_call_id: ctx.toolCallId ?? null }
  recorder.calls.push({ start: ctx.toolName, ...call, args, retry: ctx.retry })
  if (entry.sleep_s === undefined) return act(entry, args, ctx)
  await sleep(entry.sleep_s * 1000, ctx.signal)
  recorder.calls.push({ end: ctx.toolName, ...call })
  return act(entry, args, ctx)
}

/** What one entry does with the arguments; also for output functions. */
export async function act(entry: BehaviourEntry, args: Arguments, ctx: RunContext): Promise<unknown> {
  if (entry.needs_approval !== undefined && !ctx.toolCallApproved) {
    throw new ApprovalRequired(entry.needs_approval.metadata as JsonObject | undefined)
  }
  if (entry.defer !== undefined) throw new CallDeferred(entry.defer.metadata as JsonObject | undefined)
  if (entry.retry !== undefined) throw new ModelRetry(entry.retry)
  if (entry.failed !== undefined) throw new ToolFailed(entry.failed)
  if (entry.error !== undefined) throw new Error(entry.error)
  if (entry.cancel === true) ctx.cancel()
  if (entry.add !== undefined) return Number(args[entry.add[0]]) + Number(args[entry.add[1]])
  if (entry.arg !== undefined) return args[entry.arg]
  if (entry.args === true) return args
  if (entry.context !== undefined) return describeContext(entry.context, ctx)
  if (entry.tool_return !== undefined) return readToolReturn(entry.tool_return)
  return readContent(entry.return)
}

export function readToolReturn(wire: WireRecord): unknown {
  const { content, metadata } = wire
  return toolReturn(readContent(wire.return_value), {
    ...(content === null || content === undefined ? {} : { content: readContent(content) as UserPrompt }),
    ...(metadata === null || metadata === undefined ? {} : { metadata }),
  })
}

const contextFields: Readonly<Record<string, (ctx: RunContext) => unknown>> = {
  retry: ctx => ctx.retry,
  max_retries: ctx => ctx.maxRetries,
  last_attempt: ctx => ctx.lastAttempt,
  run_step: ctx => ctx.step,
  tool_call_id: ctx => ctx.toolCallId ?? null,
  tool_name: ctx => ctx.toolName ?? null,
  tool_call_approved: ctx => ctx.toolCallApproved,
  tool_call_metadata: ctx => ctx.toolCallMetadata ?? null,
  run_id: ctx => ctx.runId,
  conversation_id: ctx => ctx.conversationId,
  metadata: ctx => ctx.metadata ?? null,
  prompt: ctx => ctx.prompt ?? null,
}

function describeContext(fields: readonly string[], ctx: RunContext): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(field => {
      const read = contextFields[field]
      if (read === undefined) throw new Error(`The scripts know no context field ${field}.`)
      return [field, read(ctx)]
    }),
  )
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
