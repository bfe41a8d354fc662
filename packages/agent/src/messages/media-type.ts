import type { FileUrl } from './content.ts'

/** Media types by file extension. A fixed table: what an operating system thinks differs from host to host. */
const byExtension = new Map<string, string>([
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['png', 'image/png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['bmp', 'image/bmp'],
  ['tif', 'image/tiff'],
  ['tiff', 'image/tiff'],
  ['svg', 'image/svg+xml'],
  ['avif', 'image/avif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  ['flac', 'audio/flac'],
  ['oga', 'audio/ogg'],
  ['ogg', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['aif', 'audio/aiff'],
  ['aiff', 'audio/aiff'],
  ['aac', 'audio/aac'],
  ['m4a', 'audio/mp4'],
  ['mkv', 'video/x-matroska'],
  ['mov', 'video/quicktime'],
  ['mp4', 'video/mp4'],
  ['m4v', 'video/mp4'],
  ['webm', 'video/webm'],
  ['flv', 'video/x-flv'],
  ['mpeg', 'video/mpeg'],
  ['mpg', 'video/mpeg'],
  ['wmv', 'video/x-ms-wmv'],
  ['3gp', 'video/3gpp'],
  ['three_gp', 'video/3gpp'],
  ['avi', 'video/x-msvideo'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['csv', 'text/csv'],
  ['md', 'text/markdown'],
  ['markdown', 'text/markdown'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['xml', 'application/xml'],
  ['json', 'application/json'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['rtf', 'application/rtf'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
])

/** Extensions that mean something else as audio. */
const audioByExtension = new Map<string, string>([
  ['mp4', 'audio/mp4'],
  ['webm', 'audio/webm'],
  ['mpeg', 'audio/mpeg'],
])

export const fallbackMediaType = 'application/octet-stream'

const youTubeHosts = new Set(['youtu.be', 'youtube.com', 'www.youtube.com', 'm.youtube.com'])

/** Whether the URL is one of YouTube's, which some providers take as a video. */
export function isYouTubeUrl(url: string): boolean {
  const host = /^https?:\/\/([^/?#:]+)/i.exec(url)?.[1]
  return host !== undefined && youTubeHosts.has(host.toLowerCase())
}

/** The media type of a file behind a URL: from a `data:` URL itself, else from the extension; `undefined` when neither tells. */
export function inferMediaType(url: string, kind?: FileUrl['kind']): string | undefined {
  const inline = /^data:([\w.+-]{1,127}\/[\w.+-]{1,127})[;,]/i.exec(url)?.[1]
  if (inline !== undefined) return inline.toLowerCase()
  if (kind === 'video-url' && isYouTubeUrl(url)) return 'video/mp4'
  const extension = extensionOf(url)
  if (extension === undefined) return undefined
  return (kind === 'audio-url' ? audioByExtension.get(extension) : undefined) ?? byExtension.get(extension)
}

/** Of the last path segment, in lower case. */
function extensionOf(url: string): string | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  const withoutHost = path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
  const name = withoutHost.slice(withoutHost.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? undefined : name.slice(dot + 1).toLowerCase()
}

export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp'
export type AudioFormat = 'mp3' | 'wav' | 'flac' | 'oga' | 'aiff' | 'aac'
export type VideoFormat = 'mkv' | 'mov' | 'mp4' | 'webm' | 'flv' | 'mpeg' | 'wmv' | 'three_gp'
export type DocumentFormat = 'pdf' | 'txt' | 'csv' | 'docx' | 'xlsx' | 'html' | 'md' | 'doc' | 'xls'

const imageFormats = new Map<string, ImageFormat>([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
])

const audioFormats = new Map<string, AudioFormat>([
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/flac', 'flac'],
  ['audio/x-flac', 'flac'],
  ['audio/ogg', 'oga'],
  ['audio/aiff', 'aiff'],
  ['audio/x-aiff', 'aiff'],
  ['audio/aac', 'aac'],
])

const videoFormats = new Map<string, VideoFormat>([
  ['video/x-matroska', 'mkv'],
  ['video/quicktime', 'mov'],
  ['video/mp4', 'mp4'],
  ['video/webm', 'webm'],
  ['video/x-flv', 'flv'],
  ['video/mpeg', 'mpeg'],
  ['video/x-ms-wmv', 'wmv'],
  ['video/3gpp', 'three_gp'],
])

const documentFormats = new Map<string, DocumentFormat>([
  ['application/pdf', 'pdf'],
  ['text/plain', 'txt'],
  ['text/csv', 'csv'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
])

/** A file's format by its family, as providers name formats. */
export type MediaFormat =
  | { readonly family: 'image'; readonly format: ImageFormat }
  | { readonly family: 'audio'; readonly format: AudioFormat }
  | { readonly family: 'video'; readonly format: VideoFormat }
  | { readonly family: 'document'; readonly format: DocumentFormat }

/** The format of a media type; `undefined` for those outside the tables.
 *
 *  @example mediaFormat('image/png') // { family: 'image', format: 'png' } */
export function mediaFormat(mediaType: string): MediaFormat | undefined {
  const type = bareType(mediaType)
  const image = imageFormats.get(type)
  if (image !== undefined) return { family: 'image', format: image }
  const audio = audioFormats.get(type)
  if (audio !== undefined) return { family: 'audio', format: audio }
  const video = videoFormats.get(type)
  if (video !== undefined) return { family: 'video', format: video }
  const document = documentFormats.get(type)
  return document === undefined ? undefined : { family: 'document', format: document }
}

const textTypes = /^(?:text\/.*|application\/(?:.*\+)?(?:json|xml|yaml)|application\/x-yaml)$/

/** Whether such a file is text that can be put into a prompt as it is. */
export function isTextMediaType(mediaType: string): boolean {
  return textTypes.test(bareType(mediaType))
}

/** Lower case, without parameters such as `; charset=utf-8`. */
function bareType(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase()
}
