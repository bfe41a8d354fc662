import type { JsonValue } from '../util/json.ts'
import type { NativeTool } from './native-tool.ts'

/** Lets the model search files that lie in the provider's stores. */
export interface FileSearchTool extends NativeTool {
  readonly kind: 'file_search'
  /** Ids the provider gave to the stores. */
  readonly fileStoreIds: readonly string[]
  readonly maxNumResults?: number
  /** How to search, in words. */
  readonly instructions?: string
  /** The provider's own options of retrieval. */
  readonly retrievalMode?: JsonValue
}
