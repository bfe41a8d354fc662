import { UserError } from '../../errors/user-error.ts'
import type { BinaryContent, FileUrl, MultiModalContent, UploadedFile } from '../../messages/content.ts'
import { dataUri, identifierOf, mediaTypeOf } from '../../messages/user-content.ts'
import { base64ToBytes, bytesToBase64 } from '../../util/base64.ts'
import type { FetchedFiles } from '../fetch-files.ts'

export type MediaKind = 'image' | 'audio' | 'video' | 'document'

const kindOfUrl: Readonly<Record<FileUrl['kind'], MediaKind>> = {
  'image-url': 'image',
  'document-url': 'document',
  'video-url': 'video',
  'audio-url': 'audio',
}

export function kindOfFile(item: BinaryContent | FileUrl): MediaKind {
  return item.kind === 'binary' ? kindOfMediaType(item.mediaType) : kindOfUrl[item.kind]
}

function kindOfMediaType(mediaType: string): MediaKind {
  const family = mediaType.split('/', 1)[0]
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document'
}

/** A file's bytes as base64, whether they came with the message or were fetched. */
export interface FileData {
  readonly base64: string
  readonly mediaType: string
}

export function fileData(item: BinaryContent | FileUrl, files: FetchedFiles): FileData {
  if (item.kind === 'binary') return { base64: item.data, mediaType: item.mediaType }
  const file = files.get(item)
  if (file === undefined) throw new UserError('A file was not fetched before the request was built.')
  return { base64: bytesToBase64(file.data), mediaType: mediaTypeOf(item) ?? file.mediaType ?? fallbackType }
}

const fallbackType = 'application/octet-stream'

export function uriOf({ base64, mediaType }: FileData): string {
  return dataUri({ kind: 'binary', data: base64, mediaType })
}

const extensions: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/plain', 'txt'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['application/json', 'json'],
  ['application/xml', 'xml'],
  ['application/yaml', 'yaml'],
  ['application/rtf', 'rtf'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.ms-powerpoint', 'ppt'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
  ['image/jpeg', 'jpg'],
  ['audio/mpeg', 'mp3'],
])

/** The APIs want a name for a file and go by its ending. */
export function fileName(mediaType: string): string {
  return `filename.${extensions.get(mediaType) ?? mediaType.replace(/^.*[/+]/, '')}`
}

const textTypes = /^text\/|^application\/(?:[\w.-]+\+)?(?:json|xml|yaml|x-yaml|toml|csv|javascript|typescript)$/

/** Documents that are text go as text, between lines that say where they begin and end. */
export function isTextFile(mediaType: string): boolean {
  return textTypes.test(mediaType)
}

export function inlinedText(item: MultiModalContent, { base64, mediaType }: FileData): string {
  const id = identifierOf(item)
  const text = new TextDecoder().decode(base64ToBytes(base64))
  return `-----BEGIN FILE id="${id}" type="${mediaType}"-----\n${text}\n-----END FILE id="${id}"-----`
}

/** How closely the model looks at an image.
 *  @see https://platform.openai.com/docs/guides/images-vision */
export function imageDetail(item: MultiModalContent): 'auto' | 'low' | 'high' | undefined {
  const detail = item.vendorMetadata?.['detail']
  return detail === 'low' || detail === 'high' || detail === 'auto' ? detail : undefined
}

/** @throws {UserError} for a file that lies with another provider */
export function ownFileId(item: UploadedFile, system: string): string {
  if (item.providerName !== system) {
    throw new UserError(
      `The uploaded file '${item.fileId}' lies with the provider '${item.providerName}' and cannot be sent to '${system}'. Upload it there.`,
    )
  }
  return item.fileId
}

export function unsupportedFile(kind: string, api: string): UserError {
  return new UserError(`${api} takes no ${kind}. Send its content in another form.`)
}

/** Marks content as the end of what is to be cached. The lifetime is a setting of the whole request.
 *  @throws {UserError} when nothing stands before the cache point
 *  @see https://platform.openai.com/docs/guides/prompt-caching */
export function markCacheBreakpoint(
  content: readonly { prompt_cache_breakpoint?: { mode: 'explicit' } | null }[],
): void {
  const last = content.at(-1)
  if (last === undefined)
    throw new UserError('A cache point at the start of a message caches nothing: put content before it.')
  last.prompt_cache_breakpoint = { mode: 'explicit' }
}
