import { sha1 } from '@noble/hashes/legacy.js'
import { UserError } from '../errors/user-error.ts'
import { base64ToBytes, bytesToBase64, toStandardBase64 } from '../util/base64.ts'
import { toHex } from '../util/ids.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import type {
  AudioUrl,
  BinaryContent,
  CachePoint,
  DocumentUrl,
  FileUrl,
  ImageUrl,
  MultiModalContent,
  TextContent,
  UploadedFile,
  UserContent,
  UserPrompt,
  VideoUrl,
} from './content.ts'
import { fallbackMediaType, inferMediaType } from './media-type.ts'

/** Options every kind of file content takes. */
export interface FileOptions {
  readonly identifier?: string
  readonly vendorMetadata?: JsonObject
}

export interface UrlOptions extends FileOptions {
  readonly mediaType?: string
  readonly forceDownload?: boolean | 'allow-local'
}

/** A file for the message itself.
 *
 *  @param data bytes, or base64 of either alphabet
 *  @throws {UserError} when the text is not base64
 *  @example binaryContent(await file.bytes(), 'image/png') */
export function binaryContent(
  data: Uint8Array | ArrayBuffer | string,
  mediaType: string,
  options: FileOptions = {},
): BinaryContent {
  return { kind: 'binary', data: toBase64(data), mediaType, ...options }
}

/** A file given as a `data:` URL.
 *  @throws {UserError} when it is none, or is not base64 */
export function binaryContentFromDataUri(uri: string, options: FileOptions = {}): BinaryContent {
  const match = /^data:([^;,]{1,255})(?:;[^;,]{0,255}){0,8};base64,/i.exec(uri)
  if (match === null) throw new UserError(`Expected a base64 data URL (data:…;base64,…), got ${shorten(uri)}.`)
  return binaryContent(uri.slice(match[0].length), match[1] ?? fallbackMediaType, options)
}

/** @example imageUrl('https://example.com/cat.png', { vendorMetadata: { detail: 'low' } }) */
export function imageUrl(url: string, options: UrlOptions = {}): ImageUrl {
  return { kind: 'image-url', url, ...options }
}

export function audioUrl(url: string, options: UrlOptions = {}): AudioUrl {
  return { kind: 'audio-url', url, ...options }
}

export function videoUrl(url: string, options: UrlOptions = {}): VideoUrl {
  return { kind: 'video-url', url, ...options }
}

export function documentUrl(url: string, options: UrlOptions = {}): DocumentUrl {
  return { kind: 'document-url', url, ...options }
}

/** @param fileId as the provider gave it
 *  @param providerName for example `'openai'` or `'bedrock'`; other providers refuse the file */
export function uploadedFile(
  fileId: string,
  providerName: string,
  options: FileOptions & { readonly mediaType?: string } = {},
): UploadedFile {
  return { kind: 'uploaded-file', fileId, providerName, ...options }
}

/** Text with metadata that the model does not see. */
export function textContent(content: string, metadata?: JsonValue): TextContent {
  return { kind: 'text-content', content, ...(metadata !== undefined && { metadata }) }
}

/** Everything before this point of a prompt is to be cached. */
export function cachePoint(ttl?: '5m' | '1h'): CachePoint {
  return { kind: 'cache-point', ...(ttl !== undefined && { ttl }) }
}

/** The bytes of a file. */
export function contentBytes(content: BinaryContent): Uint8Array<ArrayBuffer> {
  return base64ToBytes(content.data)
}

/** The file as a `data:` URL. */
export function dataUri(content: BinaryContent): string {
  return `data:${content.mediaType};base64,${content.data}`
}

const multiModalKinds: ReadonlySet<string> = new Set<MultiModalContent['kind']>([
  'image-url',
  'audio-url',
  'video-url',
  'document-url',
  'binary',
  'uploaded-file',
])

export function isFileUrl(content: UserContent): content is FileUrl {
  return typeof content !== 'string' && content.kind.endsWith('-url')
}

export function isMultiModalKind(kind: unknown): kind is MultiModalContent['kind'] {
  return typeof kind === 'string' && multiModalKinds.has(kind)
}

/** The media type of a file; for URLs the one they are known or look to have. `undefined`: it cannot be told. */
export function mediaTypeOf(content: MultiModalContent): string | undefined {
  if (content.mediaType !== undefined || content.kind === 'binary') return content.mediaType
  return content.kind === 'uploaded-file' ? fallbackMediaType : inferMediaType(content.url, content.kind)
}

const identifiers = new WeakMap<MultiModalContent, string>()

/** What models call a file: its own `identifier`, else the first 6 hex digits of SHA-1 over the URL, the bytes or the file id. */
export function identifierOf(content: MultiModalContent): string {
  if (content.identifier !== undefined) return content.identifier
  const known = identifiers.get(content)
  if (known !== undefined) return known
  const identifier = toHex(sha1(identifyingBytes(content)).subarray(0, 3))
  identifiers.set(content, identifier)
  return identifier
}

function identifyingBytes(content: MultiModalContent): Uint8Array {
  if (content.kind === 'binary') return base64ToBytes(content.data)
  return new TextEncoder().encode(content.kind === 'uploaded-file' ? content.fileId : content.url)
}

/** The text of a prompt: its text items joined by a blank line, files and cache points left out. */
export function promptText(prompt: UserPrompt): string {
  if (typeof prompt === 'string') return prompt
  return prompt.flatMap(textOf).join('\n\n')
}

function textOf(item: UserContent): string[] {
  if (typeof item === 'string') return [item]
  return item.kind === 'text-content' ? [item.content] : []
}

function toBase64(data: Uint8Array | ArrayBuffer | string): string {
  if (typeof data !== 'string') return bytesToBase64(data instanceof ArrayBuffer ? new Uint8Array(data) : data)
  try {
    return toStandardBase64(data)
  } catch (cause) {
    throw new UserError(`Expected bytes or base64, got ${shorten(data)}: ${(cause as Error).message}.`, { cause })
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
