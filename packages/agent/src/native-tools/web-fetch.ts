import type { NativeTool } from './native-tool.ts'

/** Lets the model read web pages whose address it knows. */
export interface WebFetchTool extends NativeTool {
  readonly kind: 'web_fetch'
  /** Pages per request. */
  readonly maxUses?: number
  readonly allowedDomains?: readonly string[]
  readonly blockedDomains?: readonly string[]
  readonly enableCitations?: boolean
  /** Tokens of a page that the model gets at most. */
  readonly maxContentTokens?: number
}
