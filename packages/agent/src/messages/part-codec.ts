import { sha1 } from '@noble/hashes/legacy.js'
import { toHex } from '../util/ids.ts'
import { isPlainObject, type JsonObject } from '../util/json.ts'
import { binaryRecord, readUserPrompt, reviveFiles, writeToolContent, writeUserPrompt } from './content-codec.ts'
import { toJsonValue } from './json-value.ts'
import type {
  CompactionPart,
  FilePart,
  NativeToolCallPart,
  NativeToolReturnPart,
  Part,
  RequestPart,
  ResponsePart,
  RetryPromptPart,
  SpeechPart,
  SystemPromptPart,
  TextPart,
  ThinkingPart,
  ToolAvailabilityDeltaPart,
  ToolCallPart,
  ToolReturnPart,
  UserPromptPart,
} from './part.ts'
import { checkTypedPart } from './typed-parts.ts'
import {
  choice,
  list,
  nested,
  optionalJson,
  optionalNumber,
  optionalObject,
  optionalText,
  readText,
  required,
  text,
  textItem,
  timestamp,
} from './wire-fields.ts'
import {
  mismatch,
  readRecord,
  unknownKind,
  within,
  wireRecord,
  writeRecord,
  type WireField,
  type WireFields,
  type WireOptions,
  type WireRecord,
} from './wire-record.ts'

const provider = { providerName: optionalText('provider_name'), providerDetails: optionalObject('provider_details') }

/** Ids that were never written are filled in by `readPart`, from the part's position. */
const toolCallId: WireField<string> = { wire: 'tool_call_id', read: readText, write: value => value }

const toolKind = choice('tool_kind', ['tool-search', 'capability-load'])

const args: WireField<string | JsonObject | undefined> = {
  wire: 'args',
  read(value) {
    if (typeof value !== 'string' && !isPlainObject(value)) throw mismatch('text or an object', value)
    return value as string | JsonObject
  },
  write: value => (value === undefined || typeof value === 'string' ? (value ?? null) : toJsonValue(value)),
}

const toolContent: WireField<unknown> = {
  wire: 'content',
  required: true,
  readsNull: true,
  read: value => reviveFiles(value),
  write: (value, _, options) => writeToolContent(value, options),
}

const retryContent: WireField<RetryPromptPart['content']> = {
  wire: 'content',
  required: true,
  read(value) {
    if (typeof value === 'string') return value
    if (!Array.isArray(value) || !value.every(isPlainObject)) throw mismatch('text or an array of errors', value)
    return value as unknown as RetryPromptPart['content']
  },
  write: value => toJsonValue(value),
}

const userContent: WireField<UserPromptPart['content']> = {
  wire: 'content',
  required: true,
  read: value => readUserPrompt(value),
  write: (value, _, options) => writeUserPrompt(value, options),
}

const binary = (wire: string): WireField<SpeechPart['audio']> =>
  nested(
    wire,
    value => readRecord(binaryRecord, value),
    value => writeRecord(binaryRecord, value, {}),
  )

const toolReturnFields = {
  toolName: text('tool_name'),
  content: toolContent,
  toolCallId,
  toolKind,
  metadata: optionalJson<unknown>('metadata'),
  timestamp: timestamp('timestamp'),
  outcome: choice('outcome', ['success', 'failed', 'denied', 'interrupted'], 'success'),
}

const callFields = {
  toolName: text('tool_name'),
  args,
  toolCallId,
  toolKind,
  id: optionalText('id'),
  ...provider,
}

function part<T extends Part>(kind: T['kind'], fields: WireFields<T>): WireRecord<T> {
  return wireRecord(fields, { kind, kindKey: 'part_kind' })
}

const speech = part<SpeechPart>('speech', {
  speaker: required(choice('speaker', ['user', 'assistant'])),
  transcript: optionalText('transcript'),
  audio: binary('audio'),
  interruptedAtMs: optionalNumber('interrupted_at_ms'),
  id: optionalText('id'),
  ...provider,
})

type Records<TPart extends Part> = { readonly [K in TPart['kind']]: WireRecord<Extract<TPart, { kind: K }>> }

const requestParts: Records<RequestPart> = {
  'system-prompt': part<SystemPromptPart>('system-prompt', {
    content: text('content'),
    timestamp: timestamp('timestamp'),
    dynamicRef: optionalText('dynamic_ref'),
  }),
  'user-prompt': part<UserPromptPart>('user-prompt', { content: userContent, timestamp: timestamp('timestamp') }),
  'tool-return': part<ToolReturnPart>('tool-return', toolReturnFields),
  'retry-prompt': part<RetryPromptPart>('retry-prompt', {
    content: retryContent,
    toolName: optionalText('tool_name'),
    toolCallId,
    timestamp: timestamp('timestamp'),
  }),
  'tool-availability-delta': part<ToolAvailabilityDeltaPart>('tool-availability-delta', {
    toolsAdded: list('tools_added', textItem, ['added']),
    toolCallId: optionalText('tool_call_id'),
  }),
  speech,
}

const responseParts: Records<ResponsePart> = {
  text: part<TextPart>('text', { content: text('content'), id: optionalText('id'), ...provider }),
  thinking: part<ThinkingPart>('thinking', {
    content: text('content'),
    id: optionalText('id'),
    signature: optionalText('signature'),
    ...provider,
  }),
  'tool-call': part<ToolCallPart>('tool-call', callFields),
  'builtin-tool-call': part<NativeToolCallPart>('builtin-tool-call', callFields),
  'builtin-tool-return': part<NativeToolReturnPart>('builtin-tool-return', { ...toolReturnFields, ...provider }),
  file: part<FilePart>('file', { content: required(binary('content')), id: optionalText('id'), ...provider }),
  compaction: part<CompactionPart>('compaction', {
    content: optionalText('content'),
    id: optionalText('id'),
    ...provider,
  }),
  speech,
}

const byKind = {
  request: new Map<string, WireRecord<never>>(Object.entries(requestParts)),
  response: new Map<string, WireRecord<never>>(Object.entries(responseParts)),
}

const speakers = { request: 'user', response: 'assistant' } as const

/** Where a part stands in a history. */
export interface PartPosition {
  readonly message: number
  readonly part: number
}

/** @param of the kind of message the part is in
 *  @param position gives calls without an id one that stays the same however often the history is read */
export function readPart(wire: unknown, of: 'request', position: PartPosition): RequestPart
export function readPart(wire: unknown, of: 'response', position: PartPosition): ResponsePart
export function readPart(wire: unknown, of: 'request' | 'response', position: PartPosition): Part {
  if (!isPlainObject(wire)) throw mismatch('an object', wire)
  const record = byKind[of].get(wire['part_kind'] as string)
  if (record === undefined) throw unknownKind('part_kind', wire['part_kind'], byKind[of].keys())
  const read = withCallId(readRecord<Part>(record, wire), position)
  checkTypedPart(read)
  if (read.kind === 'speech' && read.speaker !== speakers[of]) {
    within('speaker', () => {
      throw mismatch(`"${speakers[of]}" in a ${of}`, read.speaker)
    })
  }
  return read
}

export function writePart(value: Part, options: WireOptions): unknown {
  const record = byKind.request.get(value.kind) ?? byKind.response.get(value.kind)
  if (record === undefined) throw unknownKind('kind', value, [...byKind.request.keys(), ...byKind.response.keys()])
  return writeRecord(record, value as never, options)
}

const partsWithId: ReadonlySet<string> = new Set<Part['kind']>([
  'tool-call',
  'tool-return',
  'retry-prompt',
  'builtin-tool-call',
  'builtin-tool-return',
])

function withCallId(value: Part, position: PartPosition): Part {
  if (!partsWithId.has(value.kind) || ('toolCallId' in value && value.toolCallId !== undefined)) return value
  const name = 'toolName' in value ? (value.toolName ?? '') : ''
  const digest = sha1(new TextEncoder().encode(`${position.message}:${position.part}:${name}`))
  return { ...value, toolCallId: `call_${toHex(digest.subarray(0, 16))}` } as Part
}
