import type { UserPrompt } from '../../src/messages/content.ts'
import type { DeferredToolRequests } from '../../src/messages/deferred.ts'
import type { ModelMessage } from '../../src/messages/message.ts'
import type { Part, ToolCallPart } from '../../src/messages/part.ts'
import { messagesFromWire, messagesToWire } from '../../src/messages/codec.ts'
import { readUserPrompt, reviveFiles, writeToolContent } from '../../src/messages/content-codec.ts'
import { readPart as readPartOf, writePart } from '../../src/messages/part-codec.ts'
import { readUsage as readUsageRecord, writeUsage as writeUsageRecord } from '../../src/messages/usage-codec.ts'
import type { RunUsage } from '../../src/usage/run-usage.ts'
import type { RequestUsage } from '../../src/usage/usage.ts'
import type { WireRecord } from '../provider-case.ts'
import { plain } from './plain.ts'

export function readMessages(messages: readonly WireRecord[]): ModelMessage[] {
  return messagesFromWire(plain(messages))
}

export function writeMessages(messages: readonly ModelMessage[]): WireRecord[] {
  return messagesToWire(messages) as WireRecord[]
}

export function readMessage(message: WireRecord): ModelMessage {
  const [read] = readMessages([message])
  if (read === undefined) throw new Error('no message')
  return read
}

export function writeMessage(message: ModelMessage): WireRecord {
  return writeMessages([message])[0] ?? {}
}

const requestKinds = new Set(['system-prompt', 'user-prompt', 'tool-return', 'retry-prompt', 'tool-availability-delta'])

export function readPart(part: WireRecord): Part {
  const position = { message: 0, part: 0 }
  return requestKinds.has(String(part.part_kind))
    ? readPartOf(plain(part), 'request', position)
    : readPartOf(plain(part), 'response', position)
}

/** A user prompt, or its items. */
export function readPrompt(prompt: unknown): UserPrompt {
  return readUserPrompt(plain(prompt))
}

/** Any value; files in it become content. */
export function readContent(value: unknown): unknown {
  return reviveFiles(plain(value))
}

export function writeContent(value: unknown): unknown {
  return writeToolContent(value, {})
}

export function readUsage(usage: WireRecord): RequestUsage {
  return readUsageRecord(usage)
}

export function writeUsage(usage: RequestUsage): WireRecord {
  return writeUsageRecord(usage, {}) as WireRecord
}

export function writeRunUsage(usage: RunUsage): WireRecord {
  return { requests: usage.requests, tool_calls: usage.toolCalls, ...writeUsage(usage) }
}

export function writeDeferredRequests({ calls, approvals, metadata }: DeferredToolRequests): WireRecord {
  const write = (parts: readonly ToolCallPart[]) => parts.map(part => writePart(part, {}))
  return { calls: write(calls), approvals: write(approvals), metadata }
}
