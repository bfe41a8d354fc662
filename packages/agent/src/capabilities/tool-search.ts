import type { ToolSearchTool } from '../native-tools/tool-search.ts'
import { toolSearchId, type Capability } from './capability.ts'
import { keywordSearch, type SearchFunction } from './search-strategy.ts'
import { withToolSearch } from './search-toolset.ts'

export interface ToolSearchOptions<in TDeps = unknown> {
  /** Default: the model's provider searches where it can, else keywords are matched here.
   *  `'keywords'`: always here · `'bm25'`, `'regex'`: the provider must, in this way · a function: yours. */
  readonly strategy?: 'keywords' | 'bm25' | 'regex' | SearchFunction<TDeps>
  /** Tools that one search of ours finds at most. Default 10. */
  readonly maxResults?: number
}

/** Keeps tools marked `deferLoading` out of sight until the model searches for them: many tools, few tokens.
 *
 *  @example
 *  agent({ model, tools: manyTools.map(tool => ({ ...tool, deferLoading: true })), capabilities: [toolSearch()] }) */
export function toolSearch<TDeps = unknown>(options: ToolSearchOptions<TDeps> = {}): Capability<TDeps> {
  const { strategy, maxResults = 10 } = options
  if (strategy === 'bm25' || strategy === 'regex') return { id: toolSearchId, nativeTools: nativeSearch({ strategy }) }
  const mayBeNative = strategy === undefined
  const search: SearchFunction<TDeps> = typeof strategy === 'function' ? strategy : keywordSearch
  return {
    id: toolSearchId,
    nativeTools: mayBeNative ? nativeSearch({ optional: true }) : [],
    wrapToolset: toolset => withToolSearch(toolset, { search, maxResults, mayBeNative }),
  }
}

function nativeSearch(options: Omit<ToolSearchTool, 'kind'>): readonly ToolSearchTool[] {
  return [{ kind: 'tool_search', ...options }]
}
