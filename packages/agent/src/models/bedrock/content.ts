import type { ContentBlock, DocumentBlock, S3Location } from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { BinaryContent, FileUrl, MultiModalContent, UploadedFile } from '../../messages/content.ts'
import { base64ToBytes } from '../../util/base64.ts'
import type { FetchedFiles } from '../fetch-files.ts'
import { extensionOf, mediaFormat, mediaKind, type MediaKind } from './media-format.ts'
import { wellFormed } from './well-formed.ts'
import { isSearchResult, searchResultBlock, searchResultText } from './search-result.ts'

/** What mapping one file needs to know of the request it goes into. */
export interface MediaScope {
  readonly files: FetchedFiles
  readonly documentNames: DocumentNames
  readonly supportsAudio: boolean
  readonly supportsSearchResults: boolean
}

type Source = { readonly bytes: Uint8Array } | { readonly s3Location: S3Location }

const kindOfUrl: Readonly<Record<FileUrl['kind'], MediaKind>> = {
  'image-url': 'image',
  'document-url': 'document',
  'video-url': 'video',
  'audio-url': 'audio',
}

/** Whether the file must be fetched here: everything but `s3://`, which Bedrock reads itself. */
export function mustFetch(item: MultiModalContent): item is FileUrl {
  return item.kind !== 'binary' && item.kind !== 'uploaded-file' && !item.url.startsWith('s3://')
}

/** The kind of file, as far as it shows without reading it. */
export function kindOfFile(item: MultiModalContent): MediaKind {
  if (item.kind === 'binary') {
    const kind = mediaKind(item.mediaType)
    if (kind !== undefined) return kind
    throw new UserError(`Bedrock takes no content of media type '${item.mediaType}'.`)
  }
  if (item.kind === 'uploaded-file') return kindOfUploaded(item)
  return kindOfUrl[item.kind]
}

/** One content block for a file.
 *  @throws {UserError} for a format or a file kind the model does not take */
export function mapFile(item: MultiModalContent, scope: MediaScope): ContentBlock {
  if (isSearchResult(item)) {
    return scope.supportsSearchResults ? { searchResult: searchResultBlock(item) } : { text: searchResultText(item) }
  }
  const kind = kindOfFile(item)
  const { source, hints } = sourceOf(item, scope.files)
  if (kind === 'audio' && !scope.supportsAudio) {
    throw new UserError(`This Bedrock model takes no audio (${hints.find(Boolean) ?? 'audio'}). Send a transcript.`)
  }
  return blockOf(kind, mediaFormat(kind, hints), source, item, scope)
}

/** The format of a document that is sent along; `undefined` for one that Bedrock fetches from S3. */
export function formatOfSentDocument(item: MultiModalContent, files: FetchedFiles): string | undefined {
  const { source, hints } = sourceOf(item, files)
  return 'bytes' in source ? mediaFormat('document', hints) : undefined
}

function blockOf(
  kind: MediaKind,
  format: string,
  source: Source,
  item: MultiModalContent,
  scope: MediaScope,
): ContentBlock {
  const block = { format, source }
  // the format words come from the table of this API, the SDK's types only repeat them
  if (kind === 'document') return { document: { ...block, ...documentFields(item, scope) } as DocumentBlock }
  return { [kind]: block } as unknown as ContentBlock
}

/** Name, context and citations. The user's file name is never sent: the field is open to prompt injection, and a name
 *  that changes breaks the prompt cache. `vendorMetadata` may set `title`, `context` and `citations`. */
function documentFields(item: MultiModalContent, scope: MediaScope): Partial<DocumentBlock> {
  const { title, context, citations } = item.vendorMetadata ?? {}
  return {
    name: scope.documentNames.next(typeof title === 'string' ? neutralName(title) : ''),
    ...(typeof context === 'string' && { context: wellFormed(context) }),
    ...(citations === true && { citations: { enabled: true } }),
  }
}

/** Gives every document of a request a name of its own: Bedrock refuses two that share one. Names are equal from request to
 *  request, so that caches hit. */
export class DocumentNames {
  readonly #used = new Set<string>()
  #count = 0

  /** @param title as the user calls it; empty: the next number */
  next(title: string): string {
    const neutral = `Document ${++this.#count}`
    const wanted = title === '' ? neutral : title
    let name = wanted
    for (let copy = 2; this.#used.has(name.toLowerCase()); copy++) name = `${wanted.slice(0, 190)} (${copy})`
    this.#used.add(name.toLowerCase())
    return name
  }
}

/** Letters, digits, single spaces, hyphens, parentheses and square brackets: all that a document name may hold. */
function neutralName(title: string): string {
  return title
    .replace(/[^A-Za-z0-9\s\-()[\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}

function sourceOf(item: MultiModalContent, files: FetchedFiles): { source: Source; hints: (string | undefined)[] } {
  if (item.kind === 'binary') return { source: { bytes: bytesOf(item) }, hints: [item.mediaType] }
  if (item.kind === 'uploaded-file') {
    return { source: { s3Location: s3Of(item) }, hints: [item.mediaType, extensionOf(item.fileId)] }
  }
  const hints = [item.mediaType, extensionOf(item.url)]
  if (item.url.startsWith('s3://')) return { source: { s3Location: s3Location(item.url) }, hints }
  const file = files.get(item)
  if (file === undefined) throw new UserError(`The file at ${item.url} was not fetched before the request was built.`)
  return { source: { bytes: file.data }, hints: [...hints, file.mediaType] }
}

const decoded = new WeakMap<BinaryContent, Uint8Array>()

/** The bytes, decoded once per content object: a history sends the same file with every request. */
function bytesOf(item: BinaryContent): Uint8Array {
  let bytes = decoded.get(item)
  if (bytes === undefined) decoded.set(item, (bytes = base64ToBytes(item.data)))
  return bytes
}

function s3Of(item: UploadedFile): S3Location {
  if (item.providerName !== 'bedrock') {
    throw new UserError(
      `An uploaded file of provider '${item.providerName}' cannot be sent to Bedrock. Upload it to S3 and use provider name 'bedrock'.`,
    )
  }
  if (!item.fileId.startsWith('s3://')) {
    throw new UserError(`Bedrock reads uploaded files from S3: the file id must be an s3:// URL, not '${item.fileId}'.`)
  }
  return s3Location(item.fileId)
}

/** `s3://bucket/key?bucketOwner=123456789012`: the owner travels apart from the address. */
function s3Location(url: string): S3Location {
  const [uri, query] = url.split('?', 2)
  const bucketOwner = new URLSearchParams(query ?? '').get('bucketOwner')
  return { uri, ...(bucketOwner !== null && { bucketOwner }) }
}

function kindOfUploaded(item: UploadedFile): MediaKind {
  s3Of(item)
  for (const hint of [item.mediaType, extensionOf(item.fileId)]) {
    const kind = hint === undefined ? undefined : hint.includes('/') ? mediaKind(hint) : kindOfExtension(hint)
    if (kind !== undefined) return kind
  }
  return 'document'
}

const extensionKinds: ReadonlyMap<string, MediaKind> = new Map([
  ...['jpg', 'jpeg', 'png', 'gif', 'webp'].map(word => [word, 'image'] as const),
  ...['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', '3gp'].map(word => [word, 'video'] as const),
  ...['mp3', 'wav', 'flac', 'oga', 'ogg', 'aac', 'm4a', 'opus', 'aiff'].map(word => [word, 'audio'] as const),
])

function kindOfExtension(extension: string): MediaKind | undefined {
  return extensionKinds.get(extension)
}
