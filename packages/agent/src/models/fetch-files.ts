import { UserError } from '../errors/user-error.ts'
import { isMultiModalContent } from '../messages/content-codec.ts'
import { isFileUrl } from '../messages/user-content.ts'
import type { FileUrl } from '../messages/content.ts'
import type { ModelMessage } from '../messages/message.ts'
import { toolReturnItems } from '../messages/tool-return-text.ts'
import type { FetchFileOptions } from '../util/net/fetch-file.ts'

/** A file fetched for a URL that the provider cannot read itself. */
export interface FetchedFile {
  readonly data: Uint8Array
  readonly mediaType?: string
}

/** The files fetched before a request is mapped, by the URL content they belong to. */
export type FetchedFiles = ReadonlyMap<FileUrl, FetchedFile>

export interface FetchFilesOptions extends FetchFileOptions {
  /** Whether the provider cannot read this file by its URL. */
  readonly mustFetch: (item: FileUrl) => boolean
  /** The provider, as an error names it. */
  readonly receiver: string
}

const none: FetchedFiles = new Map()

/** Fetches the files behind URLs that the provider cannot read itself, all at once, each once.
 *  @throws {UserError} when one is refused or not there */
export async function fetchFiles(
  messages: readonly ModelMessage[],
  { mustFetch, receiver, ...options }: FetchFilesOptions,
  signal: AbortSignal,
): Promise<FetchedFiles> {
  const wanted = messages.flatMap(filesOf).filter(mustFetch)
  if (wanted.length === 0) return none
  const byUrl = new Map<string, Promise<FetchedFile>>()
  const entries = wanted.map(async item => {
    const allowLocal = item.forceDownload === 'allow-local' || options.allowLocal === true
    const key = `${allowLocal} ${item.url}`
    const file = byUrl.get(key) ?? fetchOne(item, receiver, { ...options, allowLocal, signal })
    byUrl.set(key, file)
    return [item, await file] as const
  })
  return new Map(await Promise.all(entries))
}

async function fetchOne(item: FileUrl, receiver: string, options: FetchFileOptions): Promise<FetchedFile> {
  // loaded by those who have files to fetch
  const { DownloadError, fetchFile } = await import('../util/net/fetch-file.ts')
  try {
    return await fetchFile(item.url, options)
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error
    throw new UserError(`The file ${withoutQuery(item.url)} cannot be sent to ${receiver}. ${error.message}`, {
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
    return items.filter(item => isMultiModalContent(item)).filter(isFileUrl)
  })
}

/** A signed URL carries its secret in the query. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '')
}
