import type { AdvisorTool } from './advisor.ts'
import type { CodeExecutionTool } from './code-execution.ts'
import type { FileSearchTool } from './file-search.ts'
import type { ImageGenerationTool } from './image-generation.ts'
import type { McpServerTool } from './mcp-server.ts'
import type { MemoryTool } from './memory.ts'
import type { ToolSearchTool } from './tool-search.ts'
import type { WebFetchTool } from './web-fetch.ts'
import type { WebSearchTool } from './web-search.ts'
import type { XSearchTool } from './x-search.ts'

/** Every native tool of this library by its kind. Providers may have more of their own. */
export interface NativeTools {
  advisor: AdvisorTool
  code_execution: CodeExecutionTool
  file_search: FileSearchTool
  image_generation: ImageGenerationTool
  mcp_server: McpServerTool
  memory: MemoryTool
  tool_search: ToolSearchTool
  web_fetch: WebFetchTool
  web_search: WebSearchTool
  x_search: XSearchTool
}

export type NativeToolKind = keyof NativeTools
export type KnownNativeTool = NativeTools[NativeToolKind]

/** All kinds; the compiler holds the list complete. */
export const nativeToolKinds = Object.keys({
  advisor: true,
  code_execution: true,
  file_search: true,
  image_generation: true,
  mcp_server: true,
  memory: true,
  tool_search: true,
  web_fetch: true,
  web_search: true,
  x_search: true,
} satisfies Record<NativeToolKind, true>) as readonly NativeToolKind[]

/** Narrows a native tool to one kind.
 *
 *  @example if (isNativeTool(tool, 'web_search')) tool.allowedDomains */
export function isNativeTool<K extends NativeToolKind>(
  tool: { readonly kind: string },
  kind: K,
): tool is NativeTools[K] {
  return tool.kind === kind
}

export { mcpServerTool } from './mcp-server.ts'
export type {
  AdvisorTool,
  CodeExecutionTool,
  FileSearchTool,
  ImageGenerationTool,
  McpServerTool,
  MemoryTool,
  ToolSearchTool,
  WebFetchTool,
  WebSearchTool,
  XSearchTool,
}
