import type { SearchResultBlock } from '@aws-sdk/client-bedrock-runtime'
import type { BinaryContent, MultiModalContent } from '../../messages/content.ts'
import { binaryContent, contentBytes } from '../../messages/user-content.ts'
import { isPlainObject, type JsonObject } from '../../util/json.ts'
import { wellFormed } from './well-formed.ts'

/** A passage that a search of yours found. */
export interface SearchResultOptions {
  /** Address or other name of where it was found: what a citation says. */
  readonly source: string
  readonly title: string
  readonly text: string
  /** Claude is to cite it. All search results of a request must agree. Default `true`. */
  readonly citations?: boolean
}

/** A passage found by a search, for prompts and for tool results: Claude cites it by its source. Models that have no such block
 *  get the same as text; other providers, as a text file.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_SearchResultBlock.html (read 2026-11-23)
 *
 *  @example
 *  tool({ name: 'search', input, run: async ({ query }) => (await find(query)).map(bedrockSearchResult) }) */
export function bedrockSearchResult({ text, source, title, citations = true }: SearchResultOptions): BinaryContent {
  const searchResult = { source, title, citations }
  return binaryContent(new TextEncoder().encode(text), 'text/plain', { vendorMetadata: { searchResult } })
}

/** A search result among the files of a message. */
export interface SearchResult extends BinaryContent {
  readonly vendorMetadata: JsonObject & { readonly searchResult: JsonObject }
}

export function isSearchResult(item: MultiModalContent): item is SearchResult {
  return (
    item.kind === 'binary' && item.mediaType.startsWith('text/') && isPlainObject(item.vendorMetadata?.['searchResult'])
  )
}

const blocks = new WeakMap<SearchResult, SearchResultBlock>()

/** The block, made once per content object: a history sends the same results with every request. */
export function searchResultBlock(item: SearchResult): SearchResultBlock {
  let block = blocks.get(item)
  if (block === undefined) blocks.set(item, (block = blockOf(item)))
  return block
}

/** The same for a model that knows no such block. */
export function searchResultText(item: SearchResult): string {
  const { source, title, content } = searchResultBlock(item)
  return `${title} (${source})\n\n${content![0]!.text}`
}

function blockOf(item: SearchResult): SearchResultBlock {
  const { source, title, citations } = item.vendorMetadata.searchResult
  return {
    source: wordOf(source, 'unknown'),
    title: wordOf(title, 'Search result'),
    content: [{ text: wordOf(new TextDecoder().decode(contentBytes(item)), '(nothing)') }],
    citations: { enabled: citations !== false },
  }
}

/** Bedrock refuses blank text. */
function wordOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value.trim() !== '' ? wellFormed(value) : otherwise
}
