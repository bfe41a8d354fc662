import { UserError } from '../errors/user-error.ts'
import { toStandardBase64, toUrlSafeBase64 } from '../util/base64.ts'
import { isPlainObject } from '../util/json.ts'
import type {
  BinaryContent,
  FileUrl,
  MultiModalContent,
  TextContent,
  UploadedFile,
  CachePoint,
  UserContent,
  UserPrompt,
} from './content.ts'
import { setKey, toJsonValue } from './json-value.ts'
import { identifierOf, isMultiModalKind, mediaTypeOf } from './user-content.ts'
import { choice, optionalJson, optionalObject, readText, text } from './wire-fields.ts'
import {
  isMismatch,
  mismatch,
  readRecord,
  unknownKind,
  within,
  wireRecord,
  writeRecord,
  type WireField,
  type WireOptions,
  type WireRecord,
} from './wire-record.ts'

type ContentObject = Exclude<UserContent, string>

const identifier: WireField<string | undefined, MultiModalContent> = {
  wire: 'identifier',
  read: readText,
  write: (_, content) => identifierOf(content),
}

const mediaType: WireField<string | undefined, MultiModalContent> = {
  wire: 'media_type',
  read: readText,
  write(_, content, { strict }) {
    const known = mediaTypeOf(content)
    if (known !== undefined || strict !== true) return known ?? null
    const url = 'url' in content ? content.url : content.kind
    throw new UserError(`The media type of ${url} cannot be told from its extension. Set \`mediaType\`.`)
  },
}

const forceDownload: WireField<boolean | 'allow-local' | undefined> = {
  wire: 'force_download',
  read(value) {
    if (value !== 'allow-local' && typeof value !== 'boolean') throw mismatch('true, false or "allow-local"', value)
    return value === false ? undefined : value
  },
  write: value => value ?? false,
}

const bytes: WireField<string> = {
  wire: 'data',
  required: true,
  read: value => convertBase64(value, toStandardBase64),
  write: value => convertBase64(value, toUrlSafeBase64),
}

function convertBase64(value: unknown, convert: (text: string) => string): string {
  const base64 = readText(value)
  try {
    return convert(base64)
  } catch {
    throw mismatch('base64 of one alphabet', base64)
  }
}

function fileUrl<K extends FileUrl['kind']>(kind: K): WireRecord<Extract<FileUrl, { kind: K }>> {
  return wireRecord<FileUrl>(
    { url: text('url'), forceDownload, vendorMetadata: optionalObject('vendor_metadata'), mediaType, identifier },
    { kind, kindBefore: 'mediaType' },
    // the four kinds differ in nothing but their name
  ) as WireRecord<Extract<FileUrl, { kind: K }>>
}

export const binaryRecord = wireRecord<BinaryContent>(
  { data: bytes, mediaType: text('media_type'), vendorMetadata: optionalObject('vendor_metadata'), identifier },
  { kind: 'binary', kindBefore: 'identifier' },
)

const records: { readonly [K in ContentObject['kind']]: WireRecord<Extract<ContentObject, { kind: K }>> } = {
  'text-content': wireRecord<TextContent>(
    { content: text('content'), metadata: optionalJson('metadata') },
    { kind: 'text-content' },
  ),
  'image-url': fileUrl('image-url'),
  'audio-url': fileUrl('audio-url'),
  'video-url': fileUrl('video-url'),
  'document-url': fileUrl('document-url'),
  binary: binaryRecord,
  'uploaded-file': wireRecord<UploadedFile>(
    {
      fileId: text('file_id'),
      providerName: text('provider_name'),
      vendorMetadata: optionalObject('vendor_metadata'),
      mediaType,
      identifier,
    },
    { kind: 'uploaded-file', kindBefore: 'mediaType' },
  ),
  'cache-point': wireRecord<CachePoint>(
    { ttl: choice('ttl', ['5m', '1h'], '5m') },
    { kind: 'cache-point', kindBefore: 'ttl' },
  ),
}

const byKind = new Map<string, WireRecord<never>>(Object.entries(records))

export function readUserPrompt(value: unknown): UserPrompt {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) throw mismatch('text or an array', value)
  return value.map((item, index) => within(index, () => readUserContent(item)))
}

export function writeUserPrompt(prompt: UserPrompt, options: WireOptions): unknown {
  if (typeof prompt === 'string') return prompt
  return prompt.map((item, index) => within(index, () => writeUserContent(item, options)))
}

function readUserContent(value: unknown): UserContent {
  if (typeof value === 'string') return value
  if (!isPlainObject(value)) throw mismatch('text or an object', value)
  const record = byKind.get(value['kind'] as string)
  if (record === undefined) throw unknownKind('kind', value['kind'], byKind.keys())
  return readRecord<UserContent>(record, value)
}

function writeUserContent(content: UserContent, options: WireOptions): unknown {
  if (typeof content === 'string') return content
  const record = byKind.get(content.kind)
  if (record === undefined) throw unknownKind('kind', content, byKind.keys())
  return writeRecord(record, content as never, options)
}

/** As the keys of a file in memory. What has any other key is data that only looks like a file. */
const fileKeys: ReadonlySet<string> = new Set([
  'kind',
  'url',
  'forceDownload',
  'vendorMetadata',
  'mediaType',
  'identifier',
  'data',
  'fileId',
  'providerName',
  'extra',
])

/** Whether a value is a file: an object made by `binaryContent()`, `imageUrl()` and the like, or read from a history. */
export function isMultiModalContent(value: unknown): value is MultiModalContent {
  if (!isPlainObject(value) || !isMultiModalKind(value['kind'])) return false
  const { kind, url, data, fileId, providerName, mediaType: type, forceDownload: force } = value
  if (!Object.keys(value).every(key => fileKeys.has(key))) return false
  if (type !== undefined && typeof type !== 'string') return false
  if (force !== undefined && typeof force !== 'boolean' && force !== 'allow-local') return false
  if (kind === 'binary') return typeof data === 'string' && typeof type === 'string'
  if (kind === 'uploaded-file') return typeof fileId === 'string' && typeof providerName === 'string'
  return typeof url === 'string'
}

/** Deeper parts of a tool's result are kept as they are. */
const maxDepth = 400

/** Finds files anywhere in a stored tool result. What looks like a file and is not whole stays as it was. */
export function reviveFiles(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > maxDepth) return value
  if (Array.isArray(value)) {
    const items = value.map(item => reviveFiles(item, depth + 1))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const record = value as Record<string, unknown>
  return reviveFile(record) ?? reviveEntries(record, depth)
}

function reviveFile(value: Record<string, unknown>): MultiModalContent | undefined {
  const { kind } = value
  if (!isMultiModalKind(kind)) return undefined
  if (!['url', 'media_type', 'file_id'].some(key => Object.hasOwn(value, key))) return undefined
  try {
    return readRecord(records[kind] as WireRecord<MultiModalContent>, value)
  } catch (error) {
    if (isMismatch(error)) return undefined
    throw error
  }
}

function reviveEntries(value: Record<string, unknown>, depth: number): unknown {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const revived = reviveFiles(value[key], depth + 1)
    if (revived === value[key]) continue
    copy ??= { ...value }
    setKey(copy, key, revived)
  }
  return copy ?? value
}

/** A tool's result as it is stored: JSON with its files in wire form. */
export function writeToolContent(value: unknown, options: WireOptions): unknown {
  return toJsonValue(value, object => (isMultiModalContent(object) ? writeFile(object, options) : undefined))
}

function writeFile(file: MultiModalContent, options: WireOptions): unknown {
  try {
    return writeUserContent(file, options)
  } catch (error) {
    if (isMismatch(error)) return { ...file }
    throw error
  }
}
