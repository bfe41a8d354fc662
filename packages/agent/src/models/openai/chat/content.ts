import type {
  ChatCompletionContentPart,
  ChatCompletionUserMessageParam,
} from 'openai/resources/chat/completions/completions'
import { UserError } from '../../../errors/user-error.ts'
import type { FileUrl, MultiModalContent, UserPrompt } from '../../../messages/content.ts'
import { mediaTypeOf } from '../../../messages/user-content.ts'
import type { FetchedFiles } from '../../fetch-files.ts'
import type { OpenAIProfile } from '../facts.ts'
import {
  fileData,
  fileName,
  imageDetail,
  inlinedText,
  isTextFile,
  kindOfFile,
  markCacheBreakpoint,
  ownFileId,
  unsupportedFile,
  uriOf,
  type MediaKind,
} from '../media.ts'

export interface ContentScope {
  readonly system: string
  readonly profile: OpenAIProfile
  readonly files: FetchedFiles
}

const api = 'The Chat API'

/** The API reads images by their URL, and documents where the profile says so. */
export function mustFetch(profile: OpenAIProfile): (item: FileUrl) => boolean {
  return item => {
    const isForced = item.forceDownload !== undefined && item.forceDownload !== false
    if (item.kind === 'image-url') return isForced
    if (item.kind === 'document-url') return isForced || !profile.openaiChatSupportsFileUrls
    return item.kind === 'audio-url'
  }
}

/** One user message. Cache points are left out where the model knows none. */
export function userMessage(prompt: UserPrompt, scope: ContentScope): ChatCompletionUserMessageParam {
  if (typeof prompt === 'string') return { role: 'user', content: prompt }
  const content: ChatCompletionContentPart[] = []
  for (const item of prompt) {
    if (typeof item === 'string') content.push({ type: 'text', text: item })
    else if (item.kind === 'text-content') content.push({ type: 'text', text: item.content })
    else if (item.kind !== 'cache-point') content.push(mapFile(item, scope))
    else if (scope.profile.openaiSupportsPromptCacheBreakpoints) markCacheBreakpoint(content)
  }
  return { role: 'user', content }
}

/** @throws {UserError} for a kind of file that the API does not take */
export function mapFile(item: MultiModalContent, scope: ContentScope): ChatCompletionContentPart {
  if (item.kind === 'uploaded-file') {
    const id = ownFileId(item, scope.system)
    if (mediaTypeOf(item)?.startsWith('image/') === true) {
      throw new UserError(
        `${api} takes no uploaded image by its id ('${id}'). Send the image itself, or use the Responses API.`,
      )
    }
    return { type: 'file', file: { file_id: id } }
  }
  const kind = kindOfFile(item)
  if (item.kind === 'image-url' && !mustFetch(scope.profile)(item)) return imagePart(item, item.url)
  if (item.kind === 'document-url' && !mustFetch(scope.profile)(item)) {
    // the SDK knows no URL here, compatible servers do
    return { type: 'file', file: { file_url: item.url } as never }
  }
  return mappers[kind](item, scope)
}

type DataMapper = (
  item: Exclude<MultiModalContent, { kind: 'uploaded-file' }>,
  scope: ContentScope,
) => ChatCompletionContentPart

const mappers: Readonly<Record<MediaKind, DataMapper>> = {
  image: (item, { files }) => imagePart(item, uriOf(fileData(item, files))),
  audio: (item, { files, profile }) => {
    const data = fileData(item, files)
    const format = audioFormats.get(data.mediaType)
    if (format === undefined) throw unsupportedFile(`audio of type '${data.mediaType}'`, api)
    const encoded = profile.openaiChatAudioInputEncoding === 'uri' ? uriOf(data) : data.base64
    return { type: 'input_audio', input_audio: { data: encoded, format } }
  },
  document: (item, { files, profile, system }) => {
    const data = fileData(item, files)
    if (isTextFile(data.mediaType)) return { type: 'text', text: inlinedText(item, data) }
    if (!profile.openaiChatSupportsDocumentInput) throw unsupportedFile('document', `The Chat API of '${system}'`)
    return { type: 'file', file: { file_data: uriOf(data), filename: fileName(data.mediaType) } }
  },
  video: () => {
    throw unsupportedFile('video', api)
  },
}

const audioFormats: ReadonlyMap<string, 'wav' | 'mp3'> = new Map([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
])

function imagePart(item: MultiModalContent, url: string): ChatCompletionContentPart {
  const detail = imageDetail(item)
  return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
}
