import { isPlainObject, type JsonObject } from '../util/json.ts'
import { readUserPrompt, reviveFiles, writeToolContent, writeUserPrompt } from './content-codec.ts'
import type {
  DeferredCallResult,
  DeferredToolRequests,
  DeferredToolResults,
  ModelRetryResult,
  ToolApproved,
  ToolDenied,
  ToolFailedResult,
  ToolReturn,
} from './deferred.ts'
import { readPart, writePart } from './part-codec.ts'
import type { RetryPromptPart, ToolCallPart } from './part.ts'
import { keyed, list, nested, optionalJson, optionalObject, optionalText, text, textItem } from './wire-fields.ts'
import {
  mismatch,
  readRecord,
  reportMismatch,
  unknownKind,
  wireRecord,
  writeRecord,
  type WireField,
  type WireRecord,
} from './wire-record.ts'

const noPosition = { message: 0, part: 0 }

const callItem = {
  read(value: unknown): ToolCallPart {
    const part = readPart(value, 'response', noPosition)
    if (part.kind !== 'tool-call') throw mismatch('a tool-call part', value)
    return part
  },
  write: (part: ToolCallPart) => writePart(part, {}),
}

const metadata = keyed(
  'metadata',
  value => {
    if (!isPlainObject(value)) throw mismatch('an object', value)
    return value as JsonObject
  },
  value => value,
)

const requestsRecord = wireRecord<DeferredToolRequests>(
  {
    calls: { ...list('calls', callItem), required: false },
    approvals: { ...list('approvals', callItem), required: false },
    metadata: metadata as WireField<DeferredToolRequests['metadata']>,
  },
  { kind: 'deferred-tool-requests', keepsExtra: false },
)

/** Requests as JSON, for example to store them until somebody has answered. */
export function deferredToolRequestsToWire(requests: DeferredToolRequests): unknown {
  const { kind: _, ...wire } = writeRecord(requestsRecord, requests, {})
  return wire
}

/** @throws {UserError} when something does not fit, with the path and the value */
export function deferredToolRequestsFromWire(wire: unknown): DeferredToolRequests {
  return reportMismatch('requests', () => readDeferredToolRequests(wire))
}

export function readDeferredToolRequests(wire: unknown): DeferredToolRequests {
  const read = readRecord(requestsRecord, wire)
  return {
    kind: 'deferred-tool-requests',
    calls: read.calls ?? [],
    approvals: read.approvals ?? [],
    metadata: read.metadata ?? {},
  }
}

const toolContent: WireField<unknown> = {
  wire: 'return_value',
  readsNull: true,
  read: value => reviveFiles(value),
  write: (value, _, options) => writeToolContent(value, options),
}

const toolReturn = wireRecord<ToolReturn>(
  {
    returnValue: toolContent,
    content: nested('content', readUserPrompt, value => writeUserPrompt(value, {})),
    metadata: optionalJson<unknown>('metadata'),
    tools: nested(
      'tools',
      value => list('tools', textItem).read(value, 0),
      value => value,
    ),
  },
  { kind: 'tool-return', keepsExtra: false },
)

const messageFields = { message: text('message') }
const modelRetry = wireRecord<ModelRetryResult>(messageFields, { kind: 'model-retry', keepsExtra: false })
const toolFailed = wireRecord<ToolFailedResult>(messageFields, { kind: 'tool-failed', keepsExtra: false })

/** What a result made elsewhere is, by its kind on the wire; any other value is a plain result. */
const resultRecords = new Map<unknown, WireRecord<never>>([
  ['tool-return', toolReturn as WireRecord<never>],
  ['model-retry', modelRetry as WireRecord<never>],
  ['tool-failed', toolFailed as WireRecord<never>],
])

function readCallResult(value: unknown): DeferredCallResult {
  if (!isPlainObject(value)) return reviveFiles(value)
  if (value['part_kind'] === 'retry-prompt') return readPart(value, 'request', noPosition)
  const record = isTypedResult(value, 'return_value') ? resultRecords.get(value['kind']) : undefined
  return record === undefined ? reviveFiles(value) : readRecord(record as WireRecord<unknown>, value)
}

function writeCallResult(result: DeferredCallResult): unknown {
  if (isRetryPrompt(result)) return writePart(result, {})
  const record =
    isPlainObject(result) && isTypedResult(result, 'returnValue') ? resultRecords.get(result['kind']) : undefined
  return record === undefined ? writeToolContent(result, {}) : writeRecord(record, result as never, {})
}

/** A tool's own data may have a `kind` too. */
function isTypedResult(result: Record<string, unknown>, valueKey: string): boolean {
  return result['kind'] === 'tool-return' ? Object.hasOwn(result, valueKey) : typeof result['message'] === 'string'
}

function isRetryPrompt(result: unknown): result is RetryPromptPart {
  return isPlainObject(result) && result['kind'] === 'retry-prompt' && 'toolCallId' in result && 'content' in result
}

const approved = wireRecord<ToolApproved>(
  { overrideArgs: optionalObject('override_args') },
  { kind: 'tool-approved', keepsExtra: false },
)
const denied = wireRecord<ToolDenied>(
  { message: { ...optionalText('message'), write: value => value ?? 'The tool call was denied.' } },
  { kind: 'tool-denied', keepsExtra: false },
)

function readApproval(value: unknown): boolean | ToolApproved | ToolDenied {
  if (typeof value === 'boolean') return value
  if (!isPlainObject(value)) throw mismatch('true, false or an object', value)
  if (value['kind'] === 'tool-approved') return readRecord(approved, value)
  if (value['kind'] === 'tool-denied') return readRecord(denied, value)
  throw unknownKind('kind', value['kind'], ['tool-approved', 'tool-denied'])
}

function writeApproval(approval: boolean | ToolApproved | ToolDenied): unknown {
  if (typeof approval === 'boolean') return approval
  return approval.kind === 'tool-approved' ? writeRecord(approved, approval, {}) : writeRecord(denied, approval, {})
}

const resultsRecord = wireRecord<DeferredToolResults>(
  {
    calls: keyed('calls', readCallResult, writeCallResult),
    approvals: keyed('approvals', readApproval, writeApproval),
    metadata,
  },
  { keepsExtra: false },
)

/** Answers as JSON. */
export function deferredToolResultsToWire(results: DeferredToolResults): unknown {
  return writeRecord(resultsRecord, results, {})
}

/** @throws {UserError} when something does not fit, with the path and the value */
export function deferredToolResultsFromWire(wire: unknown): DeferredToolResults {
  return reportMismatch('results', () => readDeferredToolResults(wire))
}

export function readDeferredToolResults(wire: unknown): DeferredToolResults {
  return readRecord(resultsRecord, wire)
}
