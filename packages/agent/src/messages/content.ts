import type { JsonObject, JsonValue } from '../util/json.ts'

/** Keys a newer writer put into a stored item: kept as they were and written back last. */
interface Extensible {
  readonly extra?: JsonObject
}

/** Text with metadata that is kept in the history and never sent to the model. */
export interface TextContent extends Extensible {
  readonly kind: 'text-content'
  readonly content: string
  readonly metadata?: JsonValue
}

interface UrlContent extends Extensible {
  /** `http:`, `https:`, or a provider's own scheme such as `s3:`. */
  readonly url: string
  /** `true`: download here and send the bytes; `'allow-local'`: the same, private addresses allowed. Default `false`. */
  readonly forceDownload?: boolean | 'allow-local'
  /** Provider hints, for example `{ detail: 'low' }` for an OpenAI image. */
  readonly vendorMetadata?: JsonObject
  /** Default: inferred from the URL's extension. */
  readonly mediaType?: string
  /** Default: the first 6 hex digits of SHA-1 over the URL. Models refer to a file by it. */
  readonly identifier?: string
}

export interface ImageUrl extends UrlContent {
  readonly kind: 'image-url'
}
export interface AudioUrl extends UrlContent {
  readonly kind: 'audio-url'
}
export interface VideoUrl extends UrlContent {
  readonly kind: 'video-url'
}
export interface DocumentUrl extends UrlContent {
  readonly kind: 'document-url'
}
export type FileUrl = ImageUrl | AudioUrl | VideoUrl | DocumentUrl

/** A file held in the message itself. Make one with `binaryContent()`. */
export interface BinaryContent extends Extensible {
  readonly kind: 'binary'
  /** The bytes as base64, standard alphabet, padded. */
  readonly data: string
  readonly mediaType: string
  readonly vendorMetadata?: JsonObject
  /** Default: the first 6 hex digits of SHA-1 over the bytes. */
  readonly identifier?: string
}

/** A file that lies with a provider already, named by the id the provider gave it. */
export interface UploadedFile extends Extensible {
  readonly kind: 'uploaded-file'
  readonly fileId: string
  /** Only the provider of this name takes the file. */
  readonly providerName: string
  readonly vendorMetadata?: JsonObject
  readonly mediaType?: string
  readonly identifier?: string
}

/** Asks the provider to cache everything before this point. Providers without caching ignore it. */
export interface CachePoint extends Extensible {
  readonly kind: 'cache-point'
  /** Default `'5m'`. */
  readonly ttl?: '5m' | '1h'
}

/** Content that is a file: usable in prompts and in tool results. */
export type MultiModalContent = FileUrl | BinaryContent | UploadedFile

/** One item of a user prompt. */
export type UserContent = string | TextContent | MultiModalContent | CachePoint

/** What a run takes as its prompt. */
export type UserPrompt = string | readonly UserContent[]
