import { UserError } from '../../errors/user-error.ts'

/** The four kinds of file Converse knows. */
export type MediaKind = 'image' | 'document' | 'video' | 'audio'

/** Formats by media type and by file extension.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html (read 2026-11-23) */
const formats: Readonly<Record<MediaKind, ReadonlyMap<string, string>>> = {
  image: table({
    jpeg: ['image/jpeg', 'image/jpg', 'jpg', 'jpeg'],
    png: ['image/png', 'png'],
    gif: ['image/gif', 'gif'],
    webp: ['image/webp', 'webp'],
  }),
  document: table({
    pdf: ['application/pdf', 'pdf'],
    csv: ['text/csv', 'csv'],
    doc: ['application/msword', 'doc'],
    docx: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
    xls: ['application/vnd.ms-excel', 'xls'],
    xlsx: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
    html: ['text/html', 'htm', 'html'],
    md: ['text/markdown', 'text/x-markdown', 'md', 'markdown'],
    txt: [
      'text/plain',
      'txt',
      'application/json',
      'json',
      'application/xml',
      'text/xml',
      'application/yaml',
      'text/yaml',
    ],
  }),
  video: table({
    mkv: ['video/x-matroska', 'video/matroska', 'mkv'],
    mov: ['video/quicktime', 'mov'],
    mp4: ['video/mp4', 'mp4'],
    webm: ['video/webm', 'webm'],
    flv: ['video/x-flv', 'flv'],
    mpeg: ['video/mpeg', 'mpeg'],
    mpg: ['mpg'],
    wmv: ['video/x-ms-wmv', 'wmv'],
    three_gp: ['video/3gpp', '3gp', 'three_gp'],
  }),
  audio: table({
    mp3: ['audio/mpeg', 'audio/mp3', 'mp3'],
    wav: ['audio/wav', 'audio/x-wav', 'wav'],
    flac: ['audio/flac', 'flac'],
    ogg: ['audio/ogg', 'oga', 'ogg'],
    opus: ['audio/opus', 'opus'],
    aac: ['audio/aac', 'aac'],
    'x-aac': ['audio/x-aac'],
    m4a: ['audio/mp4', 'audio/x-m4a', 'm4a'],
    webm: ['audio/webm'],
    pcm: ['audio/pcm', 'audio/l16', 'pcm'],
    mka: ['audio/x-matroska', 'mka'],
  }),
}

function table(rows: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(rows).flatMap(([format, words]) => words.map(word => [word, format] as const)))
}

/** Converse's word for a file's format, by the first hint that says something.
 *  @throws {UserError} when none does */
export function mediaFormat(kind: MediaKind, hints: readonly (string | undefined)[]): string {
  for (const hint of hints) {
    const format = hint === undefined ? undefined : formats[kind].get(plainType(hint))
    if (format !== undefined) return format
  }
  const known = [...new Set(formats[kind].values())].join(', ')
  const given = hints.find(hint => hint !== undefined) ?? 'none given'
  throw new UserError(
    `Bedrock has no ${kind} format for '${given}'. It takes: ${known}. Set \`mediaType\` on the content.`,
  )
}

/** The media type of a file that a model made. */
export function mediaTypeOfFormat(kind: MediaKind, format: string | undefined): string {
  for (const [word, known] of formats[kind]) if (known === format && word.includes('/')) return word
  return kind === 'document' ? 'application/octet-stream' : `${kind}/${format ?? '*'}`
}

/** Which kind of file a media type is; unknown text is a document. */
export function mediaKind(mediaType: string): MediaKind | undefined {
  const type = plainType(mediaType)
  const family = type.slice(0, type.indexOf('/'))
  if (family === 'image' || family === 'video' || family === 'audio') return family
  return formats.document.has(type) ? 'document' : undefined
}

/** The extension of a URL's path, lower case, without the dot. */
export function extensionOf(url: string): string | undefined {
  const path = url.replace(/[?#].*$/, '')
  return /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase()
}

function plainType(mediaType: string): string {
  return mediaType.replace(/;.*$/, '').trim().toLowerCase()
}
