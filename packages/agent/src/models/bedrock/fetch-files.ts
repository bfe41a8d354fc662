import { UserError } from '../../errors/user-error.ts'
import { isMultiModalContent } from '../../messages/content-codec.ts'
import type { FileUrl } from '../../messages/content.ts'
import type { ModelMessage } from '../../messages/message.ts'
import { toolReturnItems } from '../../messages/tool-return-text.ts'
import { DownloadError, fetchFile, type FetchFileOptions } from '../../util/net/fetch-file.ts'
import { mustFetch, type FetchedFile, type FetchedFiles } from './content.ts'

const none: FetchedFiles = new Map()

/** Fetches the files behind URLs that Bedrock cannot read itself, all at once, each once.
 *  @throws {UserError} when one is refused or not there */
export async function fetchFiles(
  messages: readonly ModelMessage[],
  options: FetchFileOptions,
  signal: AbortSignal,
): Promise<FetchedFiles> {
  const wanted = messages.flatMap(filesOf)
  if (wanted.length === 0) return none
  const byUrl = new Map<string, Promise<FetchedFile>>()
  const entries = wanted.map(async item => {
    const allowLocal = item.forceDownload === 'allow-local' || options.allowLocal === true
    const key = `${allowLocal} ${item.url}`
    const file = byUrl.get(key) ?? fetchOne(item, { ...options, allowLocal, signal })
    byUrl.set(key, file)
    return [item, await file] as const
  })
  return new Map(await Promise.all(entries))
}

async function fetchOne(item: FileUrl, options: FetchFileOptions): Promise<FetchedFile> {
  // audio and the like are refused by the mapping, with a better word
  try {
    return await fetchFile(item.url, options)
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error
    throw new UserError(`The file ${withoutQuery(item.url)} cannot be sent to Bedrock. ${error.message}`, {
      cause: error,
    })
  }
}

function filesOf(message: ModelMessage): FileUrl[] {
  if (message.kind === 'response') return []
  return message.parts.flatMap(part => {
    const items: readonly unknown[] =
      part.kind === 'tool-return'
        ? toolReturnItems(part)
        : part.kind === 'user-prompt' && typeof part.content !== 'string'
          ? part.content
          : []
    return items.filter(item => isMultiModalContent(item)).filter(mustFetch)
  })
}

/** A signed URL carries its secret in the query. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
