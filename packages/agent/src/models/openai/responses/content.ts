import type {
  ResponseFunctionCallOutputItem,
  ResponseInputFile,
  ResponseInputImage,
  ResponseInputContent,
  EasyInputMessage,
} from 'openai/resources/responses/responses'
import type { FileUrl, MultiModalContent, UserPrompt } from '../../../messages/content.ts'
import { isMultiModalContent } from '../../../messages/content-codec.ts'
import type { ToolReturnPart } from '../../../messages/part.ts'
import { toolReturnItems, toolReturnText, valueText } from '../../../messages/tool-return-text.ts'
import { mediaTypeOf } from '../../../messages/user-content.ts'
import type { FetchedFiles } from '../../fetch-files.ts'
import type { OpenAIProfile } from '../facts.ts'
import {
  fileData,
  fileName,
  imageDetail,
  kindOfFile,
  markCacheBreakpoint,
  ownFileId,
  unsupportedFile,
  uriOf,
} from '../media.ts'

export interface ContentScope {
  readonly system: string
  readonly profile: OpenAIProfile
  readonly files: FetchedFiles
}

const api = 'The Responses API'

/** The API reads images and documents by their URL. */
export function mustFetch(item: FileUrl): boolean {
  return item.forceDownload !== undefined && item.forceDownload !== false
    ? item.kind === 'image-url' || item.kind === 'document-url'
    : false
}

/** One user message. Cache points are left out where the model knows none. */
export function userMessage(prompt: UserPrompt, scope: ContentScope): EasyInputMessage {
  if (typeof prompt === 'string') return { role: 'user', content: prompt }
  const content: ResponseInputContent[] = []
  for (const item of prompt) {
    if (typeof item === 'string') content.push({ type: 'input_text', text: item })
    else if (item.kind === 'text-content') content.push({ type: 'input_text', text: item.content })
    else if (item.kind !== 'cache-point') content.push(mapFile(item, scope))
    else if (scope.profile.openaiSupportsPromptCacheBreakpoints) markCacheBreakpoint(content)
  }
  return { role: 'user', content }
}

/** @throws {UserError} for a kind of file that the API does not take */
function mapFile(item: MultiModalContent, scope: ContentScope): ResponseInputImage | ResponseInputFile {
  if (item.kind === 'uploaded-file') {
    const id = ownFileId(item, scope.system)
    return mediaTypeOf(item)?.startsWith('image/') === true
      ? { type: 'input_image', file_id: id, detail: imageDetail(item) ?? 'auto' }
      : { type: 'input_file', file_id: id }
  }
  const kind = kindOfFile(item)
  if (kind === 'audio' || kind === 'video') throw unsupportedFile(kind, api)
  if (item.kind !== 'binary' && !mustFetch(item)) {
    return kind === 'image'
      ? { type: 'input_image', image_url: item.url, detail: imageDetail(item) ?? 'auto' }
      : { type: 'input_file', file_url: item.url }
  }
  const data = fileData(item, scope.files)
  return kind === 'image'
    ? { type: 'input_image', image_url: uriOf(data), detail: imageDetail(item) ?? 'auto' }
    : { type: 'input_file', file_data: uriOf(data), filename: fileName(data.mediaType) }
}

/** What a tool returned: text, or a list when there are files in it. */
export function toolOutput(part: ToolReturnPart, scope: ContentScope): string | ResponseFunctionCallOutputItem[] {
  const items = toolReturnItems(part)
  if (part.outcome === 'failed' || !items.some(isMultiModalContent)) return toolReturnText(part)
  return items.map(item =>
    isMultiModalContent(item) ? mapFile(item, scope) : { type: 'input_text', text: valueText(item) },
  )
}
