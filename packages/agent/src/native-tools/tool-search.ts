import type { NativeTool } from './native-tool.ts'

/** The provider searches hidden tools itself. Added by the `ToolSearch` capability. */
export interface ToolSearchTool extends NativeTool {
  readonly kind: 'tool_search'
  /** How it searches; `undefined`: the provider's own way. */
  readonly strategy?: 'bm25' | 'regex'
}
