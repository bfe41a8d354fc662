import type { DeferredToolResults } from '../../src/messages/deferred.ts'
import type { ModelMessage } from '../../src/messages/message.ts'
import type { UsageLimits } from '../../src/usage/limits.ts'
import { isRecord } from '../compare/compare.ts'
import type { WireRecord } from '../provider-case.ts'
import { readContent, readMessages, readPart } from '../wire/messages.ts'
import { toCamel } from '../wire/names.ts'
import { readSettings } from '../wire/settings.ts'
import type { JsonObject } from '../../src/util/json.ts'
import { readToolReturn } from './behaviour.ts'
import { buildInstructions } from './build-agent.ts'
import { buildOutput } from './build-output.ts'
import type { OutputNames } from './output-names.ts'
import type { InstructionRecord, RunRecord } from './scenario.ts'

/** The options of one recorded run; only those it has. */
export function runOptions(run: RunRecord, previous: readonly ModelMessage[] | undefined, names: OutputNames) {
  return {
    ...(run.message_history !== undefined && { messageHistory: readHistory(run.message_history, previous) }),
    ...(run.deferred_tool_results && { deferredToolResults: readDeferredResults(run.deferred_tool_results) }),
    ...(run.usage_limits && { usageLimits: readLimits(run.usage_limits) }),
    ...(run.model_settings && { modelSettings: readSettings(run.model_settings) }),
    ...(run.instructions !== undefined && { instructions: buildInstructions(toList(run.instructions)) }),
    ...(run.metadata && { metadata: run.metadata as JsonObject }),
    ...(run.run_id !== undefined && { runId: run.run_id }),
    ...(run.conversation_id !== undefined && { conversationId: run.conversation_id }),
    ...(run.retries !== undefined && { retries: run.retries }),
    ...(run.output && { output: buildOutput(run.output, names) }),
  }
}

function readHistory(history: NonNullable<RunRecord['message_history']>, previous: readonly ModelMessage[] = []) {
  return history === 'previous' ? previous : readMessages(history)
}

function toList(instructions: InstructionRecord | readonly InstructionRecord[]): readonly InstructionRecord[] {
  return Array.isArray(instructions)
    ? (instructions as readonly InstructionRecord[])
    : [instructions as InstructionRecord]
}

function readLimits(limits: WireRecord): UsageLimits {
  return Object.fromEntries(Object.entries(limits).map(([name, value]) => [toCamel(name), value]))
}

function readDeferredResults(record: NonNullable<RunRecord['deferred_tool_results']>): DeferredToolResults {
  const { approvals = {}, calls = {}, metadata } = record
  return {
    approvals: mapValues(approvals, readApproval) as DeferredToolResults['approvals'],
    calls: mapValues(calls, readCallResult),
    ...(metadata && { metadata: metadata as DeferredToolResults['metadata'] }),
  }
}

function readApproval(value: unknown): unknown {
  if (!isRecord(value)) return value
  const { kind, override_args: overrideArgs, message } = value
  return kind === 'tool-approved'
    ? { kind, ...(overrideArgs ? { overrideArgs } : {}) }
    : { kind, ...(message ? { message } : {}) }
}

function readCallResult(value: unknown): unknown {
  if (!isRecord(value)) return value
  if (value.kind === 'tool-return') return readToolReturn(value)
  if (value.kind === 'retry-prompt') return readPart({ ...value, part_kind: 'retry-prompt' })
  return value.kind === 'model-retry' || value.kind === 'tool-failed' ? value : readContent(value)
}

function mapValues(record: WireRecord, map: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}
