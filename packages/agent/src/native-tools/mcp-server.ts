import type { NativeTool } from './native-tool.ts'

/** An MCP server the provider connects to itself. */
export interface McpServerTool extends NativeTool {
  readonly kind: 'mcp_server'
  /** Tells servers apart. */
  readonly id: string
  readonly uniqueId: `mcp_server:${string}`
  readonly url: string
  readonly authorizationToken?: string
  readonly description?: string
  /** Default: all of them. */
  readonly allowedTools?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

/** @example nativeTools: [mcpServerTool({ id: 'docs', url: 'https://mcp.example.com' })] */
export function mcpServerTool(server: Omit<McpServerTool, 'kind' | 'uniqueId'>): McpServerTool {
  return { ...server, kind: 'mcp_server', uniqueId: `mcp_server:${server.id}` }
}
